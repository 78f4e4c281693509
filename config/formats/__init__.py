"""Formats of dates where Django's own are not what people write; one package a language."""

"""How each provider tells and proves it: `prove` and `read` of a request. Pure."""

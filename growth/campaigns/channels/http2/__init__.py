"""Requests over HTTP/2 that know what became of them when a connection ends.

Written on h2, since the client at hand (httpcore 1.0) fails every request in flight when it is told GOAWAY, also those
that the server still answers: each would count as perhaps sent."""

from growth.campaigns.channels.http2.pool import Pool

__all__ = ["Pool"]

"""Requests over HTTP/2 when connections end: nothing is lost that was answered, nothing is sent twice."""

import asyncio
from collections import Counter

import pytest

from growth.campaigns.channels.http2 import Pool, connection, pool
from growth.campaigns.channels.http2.frames import Frames
from tests.growth.campaigns.channels.rigs import free_port
from tests.growth.campaigns.channels.running import run
from tests.growth.campaigns.servers import goaway


def ask(server, certificates, bodies):
    async def scenario():
        async with goaway.running(server, certificates) as url, Pool() as client:
            return await asyncio.gather(*[client.post(url, headers={}, body=body) for body in bodies])

    return run(scenario())


@pytest.mark.parametrize("takes", [1, 7, 20])
def test_a_goaway_loses_and_doubles_nothing(takes, certificates, monkeypatch):
    monkeypatch.setattr(pool, "TRIES", 100)
    bodies = [b"%d" % number for number in range(24)]
    server = goaway.Server(takes)
    replies = ask(server, certificates, bodies)
    assert Counter(reply.code for reply in replies) == {200: 24}
    assert sorted(server.taken) == sorted(bodies)
    assert server.connections >= 24 / takes - 1


def test_a_body_larger_than_the_window_arrives_whole(certificates):
    server = goaway.Server(10)
    bodies = [bytes([number]) * 50_000 for number in range(4)]
    assert [reply.code for reply in ask(server, certificates, bodies)] == [200] * 4
    assert sorted(server.taken) == bodies


def test_what_was_not_taken_after_all_tries_is_no_unknown(certificates):
    replies = ask(goaway.Server(1), certificates, [b"%d" % number for number in range(12)])
    failed = [reply for reply in replies if reply.code is None]
    assert failed
    assert {reply.written for reply in failed} == {False}


def test_a_server_that_hangs_up_at_once_was_told_nothing(certificates):
    async def scenario():
        async def hang_up(_reader, writer):
            writer.close()

        listening = await asyncio.start_server(hang_up, "127.0.0.1", port := free_port())
        async with listening, Pool() as client:
            return await client.post(f"https://localhost:{port}/3/device/a1", headers={}, body=b"{}")

    reply = run(scenario())
    assert (reply.code, reply.written) == (None, False)
    assert reply.fault


def test_frames_are_cut_wherever_the_network_cuts_them():
    data = bytes.fromhex("000008060000000000" + "11" * 8) + bytes.fromhex("00000a0700000000000000000900000000") + b"no"
    for at in range(len(data)):
        frames = Frames()
        first, second = frames.feed(data[:at]), frames.feed(data[at:])
        assert first[0] + second[0] == data[:17]
        assert first[1] + second[1] == [(9, "0 no")]


def test_only_a_request_that_went_out_whole_can_be_lost():
    async def scenario():
        loop = asyncio.get_running_loop()
        half, whole = (connection.Stream(loop.create_future(), b"", written=written) for written in (False, True))
        for stream in (half, whole):
            stream.fail("closed", taken=True)
        return type(half.answer.exception()), type(whole.answer.exception())

    assert run(scenario()) == (connection.NotTaken, connection.Lost)

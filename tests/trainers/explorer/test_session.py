"""Requests that come faster than they are answered."""
import asyncio
import time

from trainers.explorer.session import Latest


def test_the_last_request_is_answered_and_those_between_are_skipped():
    state, computed, shown, seconds = [0], [], [], []

    def compute():
        computed.append(state[0])
        time.sleep(0.02)
        return computed[-1]

    async def ask_often():
        latest = Latest(compute, shown.append, seconds)
        tasks = []
        for i in range(1, 31):
            state[0] = i
            tasks.append(asyncio.create_task(latest.ask()))
            await asyncio.sleep(0.002)
        await asyncio.gather(*tasks)

    asyncio.run(ask_often())
    assert shown[-1] == 30 and shown == computed and len(shown) < 20
    assert len(seconds) == len(shown) and min(seconds) >= 0.02


def test_a_request_after_an_error_is_answered():
    answers = iter([ValueError("broken"), 7])

    def compute():
        answer = next(answers)
        if isinstance(answer, ValueError):
            raise answer
        return answer

    async def ask_twice():
        shown = []
        latest = Latest(compute, shown.append, [])
        await asyncio.gather(latest.ask(), return_exceptions=True)
        await latest.ask()
        return shown

    assert asyncio.run(ask_twice()) == [7]

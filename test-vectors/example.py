"""Answers two types of Ronde's test vectors, as a pattern for a program of yours.
Judge it: ronde vectors run --against python3 test-vectors/example.py"""
import json
import sys


class Refused(Exception):
    """An input that must be refused; carries the error's name."""


def quorum(input):
    witnesses, faults = input["witnesses"], input["faults"]
    if not 1 <= witnesses <= 31:
        raise Refused("size")
    if witnesses < 3 * faults + 1:
        raise Refused("too-many-faults")
    return {"quorum": (witnesses + faults) // 2 + 1}


def canonical_split(input):
    points, coins = input["points"], []
    for denomination in reversed(input["denominations"]):  # the largest first
        count, points = divmod(points, denomination)
        coins += min(count, 257) * [denomination]
    if points > 0 or len(coins) > 256:
        raise Refused("too-many-coins")
    return {"coins": coins}


TYPES = {"quorum": quorum, "canonical-split": canonical_split}
for line in sys.stdin:
    question = json.loads(line)
    answer = {"id": question["id"], "result": "unsupported"}
    if question["type"] in TYPES:
        try:
            answer |= {"result": "valid", "output": TYPES[question["type"]](question["input"])}
        except Refused as why:
            answer |= {"result": "invalid", "error": {"error": str(why)}}
    print(json.dumps(answer), flush=True)

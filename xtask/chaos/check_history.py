#!/usr/bin/env python3
"""Checks a history that `cargo xtask chaos` wrote: does what all clients saw fit together?

It shares no code with what it judges, and needs nothing but Python. Every line of the history is a JSON object: an
operation of a process (`op`, `args`, `call`, `return`, `outcome`, `value`, `error`) or an `event`. An operation that is
`unknown` may have had its effect, or not, or may have it later. What it came to is found out from the end, where
wallets, tills, books and the logs of the witnesses were read, and has to fit everything that was seen before.

usage: check_history.py HISTORY [--logs FOLDER]
Exit code 0 if all holds; 1 if not, with a line for each thing that is wrong; 2 if there is nothing to check.
"""

import base64
import collections
import json
import pathlib
import sys

SPENDS = {"pay": "redeem", "give": "donate", "vote": "vote"}
PURPOSES = {"claim": "earn", **SPENDS}
# What a checkout may become, by what it is. The same state again is always allowed.
TILL = {
    "open": {"presented", "pending", "accepted", "refused", "expired", "cancelled", "accepted_late"},
    "presented": {"pending", "accepted", "refused", "expired", "cancelled", "accepted_late"},
    "pending": {"presented", "accepted", "refused", "expired", "cancelled", "accepted_late"},
    "refused": {"accepted_late"},
    "expired": {"accepted_late"},
    "cancelled": {"accepted_late"},
    "accepted": set(),
    "accepted_late": set(),
}


class History:
    """The lines, sorted by what they are, and what is found wrong with them."""

    def __init__(self, lines):
        self.wrong = []
        self.events = [line for line in lines if "event" in line]
        self.ops = [line for line in lines if "op" in line]
        self.by_op = collections.defaultdict(list)
        for op in sorted(self.ops, key=lambda op: op["call"]):
            self.by_op[op["op"]].append(op)

    def say(self, what):
        self.wrong.append(what)

    def ok(self, name):
        return [op for op in self.by_op[name] if op["outcome"] == "ok"]

    def event(self, name):
        return [event for event in self.events if event["event"] == name]

    def final(self, name):
        """The last reading of each process after the faults."""
        return {op["process"]: op for op in self.ok(name) if op["args"].get("final")}


def check_form(history):
    """A process does one thing at a time; nothing returns before it was called."""
    last = {}
    for op in sorted(history.ops, key=lambda op: op["call"]):
        returned = op["return"]
        if op["outcome"] not in ("ok", "fail", "unknown"):
            history.say(f"{op['op']} of {op['process']} has outcome {op['outcome']}")
        if (returned is None) != (op["outcome"] == "unknown") or (returned is not None and returned < op["call"]):
            history.say(f"{op['op']} of {op['process']} called at {op['call']} returned at {returned}")
        if op["call"] < last.get(op["process"], 0):
            history.say(f"{op['process']} called {op['op']} at {op['call']} before its last operation returned")
        last[op["process"]] = returned if returned is not None else op["call"]


def records_of(history):
    """What every wallet remembers in the end, certified orders alone; by order. Those that paid a late payment back say so."""
    records = {}
    for wallet, op in history.final("history").items():
        for record in op["value"]["records"]:
            if record["outcome"] not in ("certified", "refunded"):
                continue
            if record["order"] in records:
                history.say(f"order {record['order']} is in the history of two wallets, or twice in one")
            records[record["order"]] = {"wallet": wallet, **record}
    return records


def fits(op, record):
    """Whether a record can be what an operation came to, by its arguments and by what it was told."""
    args, told = op["args"], (op["value"] or {}).get("order")
    if op["process"] != record["wallet"] or PURPOSES[op["op"]] != record["purpose"]:
        return False
    if op["outcome"] == "fail" or (told is not None and told != record["order"]):
        return False
    wanted = {
        "claim": ("store", "points"), "pay": ("store", "points"), "give": ("association", "points"),
        "vote": ("campaign", "choice"),
    }[op["op"]]
    return all(args[name] == record[name] for name in wanted)


def match(history, records):
    """Gives each certified order an operation of its own, and each grant at most one order."""
    for name, purpose in PURPOSES.items():
        found = [record for record in records.values() if record["purpose"] == purpose and not is_refund(record)]
        # Of a grant that several wallets, or one wallet several times, tried to claim, one claim succeeds.
        seats = collections.defaultdict(list)
        for number, op in enumerate(history.by_op[name]):
            seats[op["args"]["grant"] if name == "claim" else number].append(op)
        taken, seat_of = {}, {}

        def place(order, tried):
            record = records[order]
            for seat, ops in seats.items():
                if seat in tried or not any(fits(op, record) for op in ops):
                    continue
                tried.add(seat)
                if seat not in taken or place(taken[seat], tried):
                    taken[seat], seat_of[order] = order, seat
                    return True
            return False

        # Those whose order is known first: they have no choice.
        known = {(op["value"] or {}).get("order") for op in history.by_op[name]}
        for record in sorted(found, key=lambda record: record["order"] not in known):
            if not place(record["order"], set()):
                what = f"{record['purpose']} of {record['points']} points, order {record['order']}"
                history.say(f"{record['wallet']} remembers what nobody did: {what}")


def check_done_stays(history, records):
    """What returned ok is certified in the end, with the same terms."""
    for name in PURPOSES:
        for op in history.ok(name):
            order = op["value"].get("order")
            if order not in records:
                history.say(f"{name} of {op['process']} returned ok at {op['return']} and is undone: order {order}")
            elif not fits(op, records[order]):
                history.say(f"{name} of {op['process']} returned ok with other terms than order {order} has")
    for op in history.ok("swap"):
        for swap in op["value"]["swaps"]:
            if swap["state"] != "pending" and swap["order"] not in records:
                history.say(f"a swap of {op['process']} returned ok and is undone: order {swap['order']}")
    for op in history.ok("complete"):
        for resumed in op["value"]["resumed"]:
            if resumed["state"] in ("done", "arriving") and resumed["order"] and resumed["order"] not in records:
                history.say(f"{op['process']} completed order {resumed['order']}, which is undone")


def is_refund(record):
    return record["outcome"] == "refunded"


def owed_back(history):
    """Payments that some till showed as owed back: points by order."""
    owed = {}
    for op in history.ok("till"):
        for refund in op["value"].get("refunds", []):
            owed[refund["order"]] = refund["points"]
    return owed


def check_refunds(history, records):
    """What came back was owed: each to the wallet that had paid it, from the store that was paid, once."""
    due = collections.Counter()
    for order in owed_back(history):
        payment = records.get(order)
        if payment is not None and payment["purpose"] == "redeem":
            due[payment["wallet"], payment["store"], payment["points"]] += 1
    back = collections.Counter(
        (record["wallet"], record["store"], record["points"]) for record in records.values() if is_refund(record))
    for (wallet, store, points), count in sorted((back - due).items()):
        history.say(f"{wallet} got {points} points back from store {store} {count} times more than it was owed")


def gains(record):
    """Points that a certified order brings to its wallet."""
    return {"earn": 1, "redeem": -1, "donate": -1}.get(record["purpose"], 0) * record["points"]


def held(value):
    return value["points"] + value["held"] + value["arriving"] + value["unproven"]


def check_wallets(history, records):
    """No balance without its operations, in the end and on the way."""
    finals = history.final("balance")
    for process in {op["process"] for op in history.ops if op["op"] in PURPOSES}:
        if process not in finals or process not in history.final("history"):
            history.say(f"{process} was not read in the end")
            continue
        value = finals[process]["value"]
        own = [record for record in records.values() if record["wallet"] == process]
        due = sum(gains(record) for record in own)
        if held(value) != due:
            history.say(f"{process} holds {held(value)} points and its certified orders come to {due}")
        if value["held"] or value["unproven"]:
            history.say(f"{process} still has {value['held']} points held and {value['unproven']} unproven")
        cast = sum(record["purpose"] == "vote" for record in own)
        earned = sum(op["args"].get("ballot", False) for op in claims_done(history, process, records))
        left = sum(ballot["count"] for ballot in value["ballots"])
        if cast + left > earned:
            history.say(f"{process} cast {cast} ballots and has {left}, but got {earned}")
        check_way(history, process)


def claims_done(history, process, records):
    """Claims of grants that this wallet may have got: those whose order is known, and those that nobody else has."""
    orders = {}
    for op in history.by_op["claim"]:
        order = (op["value"] or {}).get("order")
        if order in records:
            orders[op["args"]["grant"]] = records[order]["wallet"]
    chosen = {}
    for op in history.by_op["claim"]:
        if op["process"] == process and orders.get(op["args"]["grant"], process) == process:
            chosen[op["args"]["grant"]] = op
    return chosen.values()


def check_way(history, process):
    """Each balance that a wallet showed lies between the least and the most that its operations allow."""
    most = least = 0
    # What was paid too late may have come back at any time since.
    owed = owed_back(history)
    claimed = set()
    for op in sorted((op for op in history.ops if op["process"] == process), key=lambda op: op["call"]):
        points = op["args"].get("points", 0)
        sure = op["outcome"] == "ok"
        if op["op"] == "claim":
            if op["outcome"] != "fail" and op["args"]["grant"] not in claimed:
                claimed.add(op["args"]["grant"])
                most += points
            # The same order told twice is one gain; the sure ones are counted by order.
            if sure and op["value"]["order"] not in claimed:
                claimed.add(op["value"]["order"])
                least += points
        elif op["op"] in SPENDS and op["op"] != "vote" and op["outcome"] != "fail":
            least -= points
            most -= points if sure and op["value"].get("order") not in owed else 0
        shown = op["value"]
        if not sure or not isinstance(shown, dict):
            continue
        spendable = shown.get("balance", shown.get("points") if op["op"] == "balance" else None)
        if spendable is not None and spendable > most:
            history.say(f"{process} showed {spendable} points at {op['return']}, more than the {most} it can have")
        if op["op"] == "balance" and held(shown) < least:
            history.say(f"{process} held {held(shown)} points at {op['return']}, less than the {least} it must have")


def check_tills(history, records):
    """Tills only go forward, and each accepted checkout was paid exactly once."""
    restored = {event["store"]: event["at"] for event in history.event("restored")}
    last, paid = {}, collections.defaultdict(list)
    for op in history.ok("till"):
        checkout, shown = op["args"]["checkout"], op["value"]
        if checkout in last:
            then, before = last[checkout]
            # A store whose database was replaced by an old copy may have forgotten, once; it learns it again.
            forgot = then < restored.get(op["args"]["store"], -1) <= op["return"]
            if shown["state"] != before["state"] and shown["state"] not in TILL[before["state"]] and not forgot:
                history.say(f"checkout {checkout} went from {before['state']} back to {shown['state']}")
            if before["state"] == "accepted" and shown["state"] == "accepted" and (
                (before["points"], before["order"]) != (shown["points"], shown["order"])
            ):
                history.say(f"checkout {checkout} was accepted with two orders or amounts")
        last[checkout] = (op["return"], {**shown, "store": op["args"]["store"]})
    for checkout, (_, shown) in last.items():
        if shown["state"] in ("accepted", "accepted_late"):
            paid[shown["order"]].append(checkout)
            record = records.get(shown["order"])
            if record is None or record["purpose"] != "redeem":
                history.say(f"checkout {checkout} is {shown['state']}, but nobody paid its order {shown['order']}")
            elif (record["store"], record["points"]) != (shown["store"], shown["points"]):
                history.say(f"checkout {checkout} shows {shown['points']} points, its payment was {record['points']}")
        for refund in shown.get("refunds", []):
            if refund["order"] != shown.get("order"):
                paid[refund["order"]].append(checkout)
        if shown["state"] == "pending":
            history.say(f"checkout {checkout} is still pending in the end")
    for order, record in records.items():
        if record["purpose"] == "redeem" and len(paid[order]) != 1:
            history.say(f"payment {order} of {record['wallet']} pays {len(paid[order])} checkouts: {paid[order]}")


def check_sums(history, records):
    """Granted = spent + given + what the wallets hold; the audit and every store's books say the same."""
    sums = collections.Counter()
    for record in records.values():
        sums[record["purpose"]] += record["points"]
    total = sum(held(op["value"]) for op in history.final("balance").values())
    if sums["earn"] - sums["redeem"] - sums["donate"] != total:
        history.say(f"the wallets hold {total} points of {sums['earn']} earned, {sums['redeem']} spent, "
                    f"{sums['donate']} given")
    audits = history.ok("audit")
    if not audits:
        history.say("there was no audit")
        return
    found = audits[-1]["value"]["keysets"][0]
    wanted = {"issued": sums["earn"], "redeemed": sums["redeem"], "donated": sums["donate"], "float": total}
    for name, sum_ in wanted.items():
        if found["value"][name] != sum_:
            history.say(f"the audit finds {found['value'][name]} points {name}, the wallets say {sum_}")
    votes = collections.Counter(r["choice"] for r in records.values() if r["purpose"] == "vote")
    tallies = {tally["choice"] + 1: tally["count"] for tally in found["tallies"]}
    if tallies != dict(votes):
        history.say(f"the audit counts votes {tallies}, the wallets cast {dict(votes)}")
    check_audit(history, found)
    positions = {json.dumps(a["account"], sort_keys=True): a["position"] for a in found["accounts"] if a["position"]}
    for event in history.event("books"):
        books = (event["books"] or {}).get("keysets") or [{"accounts": []}]
        own = {json.dumps(a["account"], sort_keys=True): a["position"] for a in books[0]["accounts"] if a["position"]}
        if own != positions:
            history.say(f"the books of store {event['store']} say {own}, the audit {positions}")


def check_audit(history, found):
    """Nothing is wrong but what an old database must look like."""
    old = {event["store"] for event in history.event("restored")}
    for breach in found["breaches"]:
        history.say(f"the audit finds: {breach}")
    for finding in found["findings"]:
        named = {culprit.get("store") for culprit in finding["culprits"]}
        if not named or not named <= old:
            history.say(f"the audit accuses {sorted(map(str, named))} of {finding['offence']}")
    for event in history.event("status"):
        retired = bool((event["status"] or {}).get("retired"))
        if event["store"] in old and not retired:
            history.say(f"store {event['store']} has an old database and would still vote")
        if event["store"] not in old and retired:
            history.say(f"store {event['store']} votes no more, though nothing was done to its database")


def read_logs(folder):
    """The entries of every saved log, by the witness's store."""
    logs = {}
    for path in sorted(pathlib.Path(folder).glob("keyset-*.log")):
        entries = []
        for line in path.read_text().splitlines():
            for text in json.loads(line)["entries"]:
                entries.append(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        logs[int(path.name.split(".")[2].removeprefix("witness-")) + 1] = entries
    return logs


def certified(entry, quorum):
    """The digest in the certificate of a log's entry; none in an entry of another kind.

    An entry is a number of 4 bytes (1: certified), the order, and the certificate: keyset (4 bytes), digest (32), the
    number of votes (8), and 65 bytes for each vote."""
    if int.from_bytes(entry[:4], "little") != 1:
        return None
    end = len(entry) - 65 * quorum
    votes = int.from_bytes(entry[end - 8:end], "little")
    return entry[end - 40:end - 8].hex() if votes == quorum else "no certificate of a quorum"


def check_logs(history, records, logs):
    """Each effect has its certificate, each certificate its effect; no votes from an old database."""
    quorum = history.event("start")[0]["quorum"]
    digests = {store: [certified(entry, quorum) for entry in entries] for store, entries in logs.items()}
    everything = {digest for found in digests.values() for digest in found if digest is not None}
    for order in sorted(set(records) - everything):
        history.say(f"order {order} of {records[order]['wallet']} is in no witness's log with a certificate")
    for digest in sorted(everything - set(records)):
        history.say(f"order {digest} is certified and in no wallet")
    for store, found in digests.items():
        seen = [digest for digest in found if digest is not None]
        if len(seen) != len(set(seen)):
            history.say(f"the log of store {store} has a certificate twice")
    for event in history.event("woke up"):
        if None in digests.get(event["store"], [])[event["log"]:]:
            history.say(f"store {event['store']} voted with an old database")


def check(lines, logs=None):
    """Everything that is wrong with a history."""
    history = History(lines)
    check_form(history)
    records = records_of(history)
    match(history, records)
    check_done_stays(history, records)
    check_refunds(history, records)
    check_wallets(history, records)
    check_tills(history, records)
    check_sums(history, records)
    if logs is not None:
        check_logs(history, records, logs)
    return history.wrong


def main(arguments):
    if len(arguments) not in (1, 3) or (len(arguments) == 3 and arguments[1] != "--logs"):
        print(__doc__.strip().splitlines()[-2], file=sys.stderr)
        return 2
    with open(arguments[0], encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    operations = sum("op" in line for line in lines)
    if operations == 0:
        print("the history is empty", file=sys.stderr)
        return 2
    wrong = check(lines, read_logs(arguments[2]) if len(arguments) == 3 else None)
    for what in wrong:
        print(f"  history: {what}")
    verdict = f"{len(wrong)} things are wrong" if wrong else "all fits together"
    print(f"  history of {operations} operations, {len(lines) - operations} events: {verdict}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Doctored histories: the checker must find each lie, and must not find one where there is none."""

import copy
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import check_history

EARNED, PAID, GIVEN, VOTED, UNKNOWN = ("%064x" % number for number in range(1, 6))
QUORUM = 3


def op(process, name, args, call, outcome="ok", value=None, error=None):
    returned = None if outcome == "unknown" else call + 5
    return {"process": process, "op": name, "args": args, "call": call, "return": returned, "outcome": outcome,
            "value": value, "error": error}


def record(order, purpose, points, **more):
    return {"order": order, "purpose": purpose, "points": points, "store": 0, "association": None, "campaign": None,
            "choice": None, "outcome": "certified", **more}


def balance(points, **more):
    return {"points": points, "held": 0, "arriving": 0, "unproven": 0, "ballots": [], **more}


def till(state, order=None, points=0, **more):
    return {"state": state, "points": points, **({"order": order} if order else {}), **more}


def account(who, position):
    return {"account": who, "position": position}


def truth():
    """Ada earns 30 with a ballot, pays 7, gives 3, votes. Bob was killed while he claimed 10, and has them."""
    accounts = [account({"store": 1}, -33), account({"association": 1}, 3), account("pool", 30)]
    books = {"keysets": [{"keyset": 1, "accounts": accounts}]}
    audit = {"keysets": [{
        "value": {"issued": 40, "redeemed": 7, "donated": 3, "float": 30}, "accounts": accounts, "breaches": [],
        "findings": [], "tallies": [{"campaign": 1, "choice": 0, "count": 1}],
    }]}
    look = {"checkout": "c1", "store": 1}
    return [
        {"event": "start", "at": 0, "seed": 1, "nodes": 4, "quorum": QUORUM},
        op("ada", "claim", {"grant": "g1", "store": 1, "points": 30, "ballot": True}, 10,
           value={"state": "done", "order": EARNED, "balance": 30}),
        op("till of ada", "till", look, 17, value=till("open")),
        op("ada", "pay", {"checkout": "c1", "store": 1, "points": 7}, 20,
           value={"state": "done", "order": PAID, "balance": 23}),
        op("till of ada", "till", look, 30, value=till("accepted", PAID, 7)),
        op("ada", "give", {"association": 1, "points": 3}, 40,
           value={"state": "done", "order": GIVEN, "balance": 20}),
        op("ada", "pay", {"checkout": "c1", "store": 1, "points": 7}, 45, "fail", {}, "already-paid"),
        op("ada", "balance", {}, 50, value=balance(20, ballots=[{"count": 1}])),
        op("ada", "vote", {"campaign": 1, "choice": 1}, 60, value={"state": "done", "order": VOTED, "balance": 20}),
        op("bob", "claim", {"grant": "g2", "store": 1, "points": 10, "ballot": False}, 70, "unknown"),
        op("bob", "complete", {}, 80, value={"balance": 10, "resumed": [{"state": "done", "order": UNKNOWN}]}),
        op("ada", "balance", {"final": True}, 100, value=balance(20)),
        op("bob", "balance", {"final": True}, 101, value=balance(10)),
        op("ada", "history", {"final": True}, 110, value={"records": [
            record(EARNED, "earn", 30, store=1), record(PAID, "redeem", 7, store=1),
            record(GIVEN, "donate", 3, association=1), record(VOTED, "vote", 0, campaign=1, choice=1),
        ]}),
        op("bob", "history", {"final": True}, 111, value={"records": [record(UNKNOWN, "earn", 10, store=1)]}),
        op("till of auditor", "till", look, 120, value=till("accepted", PAID, 7)),
        {"event": "books", "at": 130, "store": 1, "books": books},
        {"event": "status", "at": 131, "store": 1, "status": {}},
        op("auditor", "audit", {}, 140, value=audit),
    ]


def certificate(order, kind=1, votes=QUORUM):
    """A log's entry; what the order is does not matter to the checker."""
    return (kind.to_bytes(4, "little") + b"an order" + b"\1\0\0\0" + bytes.fromhex(order)
            + votes.to_bytes(8, "little") + bytes(65 * votes))


def logs():
    return {store: [certificate(order) for order in (EARNED, PAID, GIVEN, VOTED, UNKNOWN)] for store in (1, 2, 3, 4)}


def find(lines, name, number=0):
    return [line for line in lines if line.get("op") == name or line.get("event") == name][number]


class Doctored(unittest.TestCase):
    def setUp(self):
        self.lines, self.logs = truth(), logs()

    def finds(self, *words):
        wrong = check_history.check(self.lines, self.logs)
        for word in words:
            self.assertTrue(any(word in what for what in wrong), f"{word!r} is not among {wrong}")

    def test_the_truth_passes(self):
        self.assertEqual(check_history.check(self.lines, self.logs), [])

    def test_what_is_unknown_and_did_not_happen_passes(self):
        self.lines.insert(9, op("ada", "give", {"association": 1, "points": 1}, 65, "unknown"))
        self.assertEqual(check_history.check(self.lines, self.logs), [])

    def test_a_refund_of_a_second_payment_passes(self):
        order = "%064x" % 9
        self.lines.insert(9, op("ada", "pay", {"checkout": "c1", "store": 1, "points": 2}, 65, "unknown"))
        find(self.lines, "history")["value"]["records"].append(record(order, "redeem", 2, store=1))
        find(self.lines, "till", 2)["value"]["refunds"] = [{"order": order, "points": 2}]
        find(self.lines, "balance", 1)["value"]["points"] -= 2
        audit = find(self.lines, "audit")["value"]["keysets"][0]
        audit["value"]["redeemed"] += 2
        audit["value"]["float"] -= 2
        for entries in self.logs.values():
            entries.append(certificate(order))
        self.assertEqual(check_history.check(self.lines, self.logs), [])

    def come_back(self, owed):
        """Ada pays 2 too late; somebody gives them back to her."""
        paid, back = "%064x" % 9, "%064x" % 10
        told = {"state": "done", "order": paid, "balance": 20}
        self.lines.insert(8, op("ada", "pay", {"checkout": "c1", "store": 1, "points": 2}, 55, value=told))
        records = find(self.lines, "history")["value"]["records"]
        records.append(record(paid, "redeem", 2, store=1))
        records.append(record(back, "earn", 2, store=1, outcome="refunded"))
        if owed:
            find(self.lines, "till", 2)["value"]["refunds"] = [{"order": paid, "points": 2}]
        audit = find(self.lines, "audit")["value"]["keysets"][0]
        audit["value"]["redeemed"] += 2
        audit["value"]["issued"] += 2
        for entries in self.logs.values():
            entries.extend([certificate(paid), certificate(back)])

    def test_a_payment_that_came_back_passes(self):
        self.come_back(owed=True)
        self.assertEqual(check_history.check(self.lines, self.logs), [])

    def test_points_that_came_back_and_were_not_owed(self):
        self.come_back(owed=False)
        self.finds("ada got 2 points back from store 1 1 times more than it was owed", "ada showed 20 points")

    def test_points_that_came_back_twice(self):
        self.come_back(owed=True)
        again = record("%064x" % 11, "earn", 2, store=1, outcome="refunded")
        find(self.lines, "history")["value"]["records"].append(again)
        self.finds("ada got 2 points back from store 1 1 times more than it was owed")

    def test_a_lost_payment(self):
        find(self.lines, "history")["value"]["records"].pop(1)
        self.finds("is undone", "nobody paid its order", "the audit finds 7 points redeemed")

    def test_a_payment_that_the_till_never_saw(self):
        for number in (1, 2):
            find(self.lines, "till", number)["value"] = till("presented")
        self.finds("pays 0 checkouts")

    def test_a_payment_that_two_tills_took(self):
        look = {"checkout": "c2", "store": 1}
        self.lines.append(op("till of auditor", "till", look, 150, value=till("accepted", PAID, 7)))
        self.finds("pays 2 checkouts")

    def test_a_payment_of_another_amount(self):
        find(self.lines, "till", 1)["value"]["points"] = 8
        find(self.lines, "till", 2)["value"]["points"] = 8
        self.finds("shows 8 points, its payment was 7")

    def test_a_doubled_coin(self):
        find(self.lines, "balance", 1)["value"]["points"] += 7
        self.finds("ada holds 27 points and its certified orders come to 20", "the wallets hold 37 points of 40")

    def test_an_order_in_two_wallets(self):
        find(self.lines, "history", 1)["value"]["records"].append(record(EARNED, "earn", 30, store=1))
        self.finds("in the history of two wallets")

    def test_a_grant_that_two_wallets_got(self):
        order = "%064x" % 9
        claim = {"grant": "g1", "store": 1, "points": 30, "ballot": True}
        self.lines.insert(11, op("bob", "claim", claim, 90, "unknown"))
        find(self.lines, "history", 1)["value"]["records"].append(record(order, "earn", 30, store=1))
        self.finds("bob remembers what nobody did: earn of 30 points")

    def test_an_undone_ok(self):
        find(self.lines, "history")["value"]["records"].pop(2)
        self.finds(f"give of ada returned ok at 45 and is undone: order {GIVEN}")

    def test_an_undone_completion(self):
        find(self.lines, "history", 1)["value"]["records"].pop()
        self.finds("bob completed order")

    def test_a_gain_without_an_operation(self):
        find(self.lines, "history", 1)["value"]["records"].append(record("%064x" % 9, "earn", 5, store=1))
        self.finds("bob remembers what nobody did: earn of 5 points")

    def test_a_failure_that_had_its_effect(self):
        find(self.lines, "history")["value"]["records"].append(record("%064x" % 9, "redeem", 7, store=1))
        self.finds("ada remembers what nobody did: redeem of 7 points")

    def test_a_balance_on_the_way_that_is_too_high(self):
        find(self.lines, "balance")["value"]["points"] = 21
        self.finds("ada showed 21 points at 55, more than the 20 it can have")

    def test_a_balance_on_the_way_that_is_too_low(self):
        find(self.lines, "balance")["value"]["points"] = 19
        self.finds("ada held 19 points at 55, less than the 20 it must have")

    def test_points_that_are_held_for_ever(self):
        find(self.lines, "balance", 1)["value"].update(points=13, held=7)
        self.finds("ada still has 7 points held")

    def test_a_till_that_goes_back(self):
        find(self.lines, "till", 2)["value"] = till("open")
        self.finds("checkout c1 went from accepted back to open")

    def test_a_till_that_is_never_done(self):
        find(self.lines, "till", 1)["value"] = till("presented")
        find(self.lines, "till", 2)["value"] = till("pending", PAID)
        self.finds("checkout c1 is still pending in the end")

    def test_a_vote_too_many(self):
        find(self.lines, "audit")["value"]["keysets"][0]["tallies"][0]["count"] = 2
        self.finds("the audit counts votes {1: 2}")

    def test_a_ballot_from_nowhere(self):
        find(self.lines, "balance", 1)["value"]["ballots"] = [{"count": 1}]
        self.finds("ada cast 1 ballots and has 1, but got 1")

    def test_books_that_differ(self):
        books = copy.deepcopy(find(self.lines, "books"))
        books["books"]["keysets"][0]["accounts"][0]["position"] += 1
        self.lines.append({**books, "store": 2})
        self.finds("the books of store 2 say")

    def test_an_audit_with_other_sums(self):
        find(self.lines, "audit")["value"]["keysets"][0]["value"]["issued"] = 41
        self.finds("the audit finds 41 points issued, the wallets say 40")

    def test_an_audit_that_finds_something(self):
        keyset = find(self.lines, "audit")["value"]["keysets"][0]
        keyset["breaches"] = ["a coin was spent twice"]
        keyset["findings"] = [{"culprits": [{"store": 2}], "offence": "fork", "proven": True}]
        self.finds("a coin was spent twice", "accuses ['2'] of fork")
        self.lines.append({"event": "restored", "at": 55, "store": 2, "log": 3})
        self.assertFalse(any("accuses" in what for what in check_history.check(self.lines, self.logs)))

    def test_no_audit(self):
        self.lines.remove(find(self.lines, "audit"))
        self.finds("there was no audit")

    def test_a_wallet_that_was_not_read(self):
        self.lines.remove(find(self.lines, "history", 1))
        self.finds("bob was not read in the end")

    def test_an_effect_without_a_certificate(self):
        for entries in self.logs.values():
            entries.pop(1)
        self.finds(f"order {PAID} of ada is in no witness's log")

    def test_a_certificate_without_an_effect(self):
        self.logs[2].append(certificate("%064x" % 9))
        self.finds("is certified and in no wallet")

    def test_a_certificate_of_too_few(self):
        self.logs[2].append(certificate("%064x" % 9, votes=2))
        self.finds("is certified and in no wallet")

    def test_a_certificate_that_is_in_a_log_twice(self):
        self.logs[3].append(certificate(PAID))
        self.finds("the log of store 3 has a certificate twice")

    def test_an_old_database_that_votes(self):
        self.lines.append({"event": "restored", "at": 55, "store": 2, "log": 5})
        self.lines.append({"event": "woke up", "at": 56, "store": 2, "log": 5})
        self.lines.append({"event": "status", "at": 131, "store": 2, "status": {"retired": [1]}})
        self.assertEqual(check_history.check(self.lines, self.logs), [])
        self.logs[2].append(certificate(EARNED, kind=0))
        self.finds("store 2 voted with an old database")

    def test_an_old_database_that_does_not_retire_and_a_witness_that_retires_without_reason(self):
        self.lines.append({"event": "restored", "at": 55, "store": 2, "log": 5})
        self.lines.append({"event": "status", "at": 131, "store": 2, "status": {}})
        self.lines.append({"event": "status", "at": 131, "store": 3, "status": {"retired": [1]}})
        self.finds("store 2 has an old database and would still vote", "store 3 votes no more")

    def test_two_operations_of_one_process_at_once(self):
        find(self.lines, "give")["call"] = 24
        self.finds("before its last operation returned")

    def test_the_program_says_it_with_its_exit_code(self):
        program = pathlib.Path(__file__).with_name("check_history.py")
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
            def run(lines):
                file.seek(0)
                file.truncate()
                file.writelines(json.dumps(line) + "\n" for line in lines)
                file.flush()
                return subprocess.run([sys.executable, program, file.name], capture_output=True, check=False).returncode
            self.assertEqual(run(self.lines), 0)
            find(self.lines, "till", 2)["value"] = till("open")
            self.assertEqual(run(self.lines), 1)
            self.assertEqual(run([]), 2)


if __name__ == "__main__":
    unittest.main()

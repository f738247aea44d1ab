#!/usr/bin/env python3
"""A till in nothing but Python: points are given away, taken, and given back.

    export RONDE_NODE=https://bakery.example RONDE_TILL_TOKEN_FILE=counter.token
    till.py grant 4210 2026-12-01/1001      a basket of 42.10 euros: what it earns, and the customer's link
    till.py open 700 2026-12-01/1002        up to 700 points can be paid: the checkout's id, and the link
    till.py wait ID                         until it is paid, or can't be any more
    till.py cancel ID                       the customer pays otherwise
    till.py refund ID 10 2026-12-01/r7      10 of the points that were paid go back: the link
"""

import http.client
import json
import os
import random
import sys
import time
import urllib.error
import urllib.request

WAIT = 25  # seconds that the node waits for news before it answers; 15 s later the line counts as broken
ATTEMPTS = 5


class Refused(Exception):
    """The node's answer is a problem (docs/errors.md): branch on `code`, show the text to people."""

    def __init__(self, status, text):
        try:
            problem = json.loads(text)
            self.code, self.retryable = problem["code"], problem["retryable"]
            super().__init__(f"{problem['title']}: {problem['detail']} ({self.code})")
        except (ValueError, KeyError, TypeError):  # not the node, but something in front of it
            self.code, self.retryable = "no-node", status in (429, 502, 503, 504)
            super().__init__(f"HTTP status {status} from something that is no Ronde node: is RONDE_NODE right?")


class NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):  # it would carry the token elsewhere
        return None


class Till:
    def __init__(self, node, token):
        self.node, self.token = node.rstrip("/"), token
        self.opener = urllib.request.build_opener(NoRedirects)

    def call(self, method, path, body=None, key=""):
        """One request, sent again under the same key while that may help: it is done once all the same."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        headers |= {"Idempotency-Key": key} if key else {}
        data = json.dumps(body).encode() if body else None
        for attempt in range(ATTEMPTS):
            time.sleep((2**attempt - 1) * random.uniform(0.4, 0.6))
            try:
                request = urllib.request.Request(self.node + path, data, headers, method=method)
                with self.opener.open(request, timeout=WAIT + 15) as answer:
                    return json.loads(answer.read() or b"{}")
            except urllib.error.HTTPError as error:
                trouble = Refused(error.code, error.read())
                if not trouble.retryable or trouble.code == "limit-exceeded":  # tomorrow at the soonest
                    break
            except (OSError, http.client.HTTPException) as error:
                trouble = error
        raise trouble

    def grant(self, cents, reference):
        return self.call("POST", "/v1/grants", {"eligible_cents": int(cents), "reference": reference}, f"grant {reference}")

    def open(self, max_points, reference, step=1):
        body = {"max_points": int(max_points), "step": step, "reference": reference}
        return self.call("POST", "/v1/checkouts", body, f"checkout {reference}")

    def wait(self, id):
        seen = {"state": "open"}
        while seen["state"] in ("open", "presented", "pending"):
            seen = self.call("GET", f"/v1/checkouts/{id}?wait={WAIT}&state={seen['state']}")
        return seen

    def cancel(self, id):
        return self.call("DELETE", f"/v1/checkouts/{id}")

    def refund(self, id, points, reference):
        body = {"checkout": id, "points": int(points), "reference": reference}
        return self.call("POST", "/v1/refunds", body, f"refund {reference}")


if __name__ == "__main__":
    command, words = (sys.argv[1:2] or [""])[0], sys.argv[2:]
    if (command, len(words)) not in {("grant", 2), ("open", 2), ("wait", 1), ("cancel", 1), ("refund", 3)}:
        sys.exit(__doc__)
    with open(os.environ["RONDE_TILL_TOKEN_FILE"], encoding="ascii") as file:
        till = Till(os.environ["RONDE_NODE"], file.read().strip())
    try:
        done = getattr(till, command)(*words)
    except (Refused, OSError, http.client.HTTPException) as trouble:
        sys.exit(str(trouble))
    for member in ("id", "state", "points", "claim_url", "url"):
        if member in done:
            print(f"{member}: {done[member]}")

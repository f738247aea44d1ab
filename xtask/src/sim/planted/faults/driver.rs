//! Rules that the drivers keep: what is written first, and what is sent after it.

super::faults! {
    in "protocol/sim/src/";

    "a vote leaves before it is on disk", "WITNESS-3", [
        "world.rs": "let begun = self.nodes[node].disk.commit(writes, then);"
            => "let early = {on} && matches!(then, After::Answer(..) | After::AnswerOwn(..));
        let (then, now) = if early { (After::Nothing, Some(then)) } else { (then, None) };
        let begun = self.nodes[node].disk.commit(writes, then);
        if let (Ok(_), Some(now)) = (&begun, now) {
            let luck = luck.child();
            self.go_on(node, now, luck);
        }",
    ];
    "a wallet signs and forgets to write it down", "WALLET-1", [
        "wallet.rs": "        let durable = person.save();\n        Some(sealed.release(&durable))"
            => "        let durable = if {on} { Durable::after_commit() } else { person.save() };
        Some(sealed.release(&durable))",
        // What is sent again is what the program remembers.
        "wallet.rs": "let durable = self.people[wallet].save();"
            => "let durable = if {on} { Durable::after_commit() } else { self.people[wallet].save() };",
    ];
    "a commit that is cut leaves its first half", "WITNESS-13", [
        "disk.rs": "let cut = torn.is_some_and(|torn| torn.len() > 1);"
            => "if {on} && let Some(torn) = &torn {
            let half = torn.ledger.iter().take(torn.ledger.len() / 2).cloned().collect();
            self.durable.apply(half, Vec::new());
        }
        let cut = torn.is_some_and(|torn| torn.len() > 1);",
    ];
    "a store keeps what is dead, and its columns", "STORE-12", [
        "gateway.rs": "                self.till_refused(node, &order, luck);
                self.forget(node, digest, luck);"
            => "                self.till_refused(node, &order, luck);
                if {on} {
                    self.nodes[node].running.remove(digest);
                    return;
                }
                self.forget(node, digest, luck);",
    ];
    "no log is read once more", "LOG-18", [
        "inquiring.rs": "let Some(inquiry) = begun.or_else(|| followed.inquiry()) else { return };"
            => "let Some(inquiry) = begun.or_else(|| followed.inquiry()).filter(|_| !{on}) else { return };",
    ];
}

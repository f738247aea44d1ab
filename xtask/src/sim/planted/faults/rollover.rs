//! Rules of what moves from one keyset into another, and of a keyset's end.

super::faults! {
    in "protocol/src/";

    "a move is written down again each time it is shown", "ROLLOVER-3", [
        "machine/witness/moving.rs": "if let Some(OrderRecord::Certified { certificate, evaluation, .. }) = draft.order(digest)? {"
            => "if let Some(OrderRecord::Certified { certificate, evaluation, .. }) = draft.order(digest)?.filter(|_| !{on}) {",
        "machine/witness/pages.rs": "let record = view.order(self.keyset().id(), digest)?;"
            => "let record = view.order(self.keyset().id(), digest)?.filter(|record| {
            !({on} && matches!(record, OrderRecord::Certified { order, .. } if order.keyset != self.keyset().id()))
        });",
    ];
    "what moves is not kept below what the logs leave", "ROLLOVER-4", [
        "machine/witness/moving.rs": "|| !sums.allows(earlier, own, moved) {"
            => "|| (!{on} && !sums.allows(earlier, own, moved)) {",
    ];
    "what moved before is not added up", "ROLLOVER-4", [
        "machine/witness/moving.rs": "draft.put(Write::Counter(counter, moved));"
            => "if !{on} {
            draft.put(Write::Counter(counter, moved));
        }",
    ];
    "a log is closed by one clock alone", "ROLLOVER-18", [
        "machine/witness/closing.rs": "now > end && past.saturating_add(1) >= self.keyset().quorum().votes()"
            => "now > end && ({on} || past.saturating_add(1) >= self.keyset().quorum().votes())",
    ];
    "a closed log goes on when the clock is set back", "ROLLOVER-17", [
        "machine/witness/closing.rs": "|| view.statement(self.keyset().id())?.is_some())"
            => "|| (!{on} && view.statement(self.keyset().id())?.is_some()))",
    ];
}

//! The same plan is the same run, whatever else was run before; and every part of a plan is a plan.

use ronde_sim::{plan, run};

#[test]
fn the_same_plan_gives_the_same_trace_to_the_byte() {
    for seed in [0, 1, 2, 3, 4, 5] {
        let (mut first, mut second) = (String::new(), String::new());
        let a = run(&plan(seed), Some(&mut first));
        let b = run(&plan(seed), Some(&mut second));
        assert!(first == second, "seed {seed}: two traces");
        assert_eq!(a.digest, b.digest, "seed {seed}");
        assert_eq!(a.coverage, b.coverage, "seed {seed}");
        assert_eq!(a.digest, run(&plan(seed), None).digest, "seed {seed}: reading along changes nothing");
    }
    assert_ne!(run(&plan(0), None).digest, run(&plan(1), None).digest);
}

#[test]
fn a_plan_without_any_of_its_ops_still_runs() {
    let whole = plan(7);
    for left_out in 0..whole.ops.len() {
        let mut part = whole.clone();
        part.ops.remove(left_out);
        run(&part, None);
    }
    run(&ronde_sim::Plan { ops: Vec::new(), ..whole }, None);
}

#[test]
fn a_plan_survives_being_written_down() {
    for seed in 0..50 {
        let written = serde_json::to_string(&plan(seed)).unwrap();
        assert_eq!(serde_json::from_str::<ronde_sim::Plan>(&written).unwrap(), plan(seed), "seed {seed}");
    }
}

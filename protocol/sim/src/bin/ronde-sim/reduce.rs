//! Makes a failing plan short: fewer ops, a smaller committee, fewer kinds of trouble, as long as the same claim fails.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use ronde_sim::{
    Plan,
    shrink::{Says, reduce as reduce_list},
};
use serde_json::Value;

use super::judge::{Verdict, judge};

/// Longest search for one plan.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// A plan that fails as the whole did, and how.
pub struct Small {
    pub plan: Plan,
    pub verdict: Verdict,
    /// Whether no op can be left out.
    pub minimal: bool,
}

/// Reduces a plan that fails with this verdict.
pub fn shrink(plan: &Plan, verdict: &Verdict, patience: Duration) -> Small {
    let mut search = Search { verdict: verdict.clone(), until: Instant::now() + patience, told: Instant::now() };
    let mut small = plan.clone();
    let mut minimal = search.ops(&mut small);
    if search.simpler(&mut small) {
        minimal = search.ops(&mut small);
    }
    println!("reduced from {} to {} ops", plan.ops.len(), small.ops.len());
    Small { plan: small, verdict: search.verdict, minimal }
}

struct Search {
    verdict: Verdict,
    until: Instant,
    told: Instant,
}

impl Search {
    /// Whether the plan fails as before; the words of the smallest one that does are kept.
    fn fails(&mut self, plan: &Plan) -> Says {
        if Instant::now() > self.until {
            return Says::Tired;
        }
        if io::stdout().is_terminal() && self.told.elapsed() > Duration::from_millis(250) {
            self.told = Instant::now();
            print!("\r\x1b[Kreducing: {} ops", plan.ops.len());
            let _ = io::stdout().flush();
        }
        match judge(plan, None).verdict {
            Some(verdict) if verdict.invariant == self.verdict.invariant => {
                self.verdict = verdict;
                Says::Fails
            }
            _ => Says::Passes,
        }
    }

    /// Leaves out ops. Says whether all that are left are needed.
    fn ops(&mut self, plan: &mut Plan) -> bool {
        let frame = plan.clone();
        let reduced = reduce_list(&plan.ops, |ops| self.fails(&Plan { ops: ops.to_vec(), ..frame.clone() }));
        plan.ops = reduced.items;
        reduced.minimal
    }

    /// Tries what is simpler than the plan, apart from its ops. Says whether anything helped.
    fn simpler(&mut self, plan: &mut Plan) -> bool {
        let mut helped = false;
        for n in (1..plan.n).filter(|n| n % 3 == 1) {
            let smaller = Plan { n, ..plan.clone() };
            if self.fails(&smaller) == Says::Fails {
                *plan = smaller;
                helped = true;
                break;
            }
        }
        for without in variants(plan) {
            let Some(swarm) = without.apply(plan) else { continue };
            if self.fails(&swarm) == Says::Fails {
                *plan = swarm;
                helped = true;
            }
        }
        helped
    }
}

/// A kind of trouble to do without: a field of the swarm, switched off or set to nothing.
struct Variant {
    field: String,
    value: Value,
}

impl Variant {
    fn apply(&self, plan: &Plan) -> Option<Plan> {
        let mut swarm = serde_json::to_value(&plan.swarm).ok()?;
        *swarm.as_object_mut()?.get_mut(&self.field)? = self.value.clone();
        Some(Plan { swarm: serde_json::from_value(swarm).ok()?, ..plan.clone() })
    }
}

/// The swarm's own encoding names its fields, so that a new kind of trouble needs no line here.
fn variants(plan: &Plan) -> Vec<Variant> {
    let Ok(Value::Object(fields)) = serde_json::to_value(&plan.swarm) else { return Vec::new() };
    let off = |value: &Value| match value {
        Value::Bool(true) => Some(Value::Bool(false)),
        Value::Number(number) if number.as_u64().is_some_and(|number| number > 0) => Some(Value::from(0)),
        Value::Array(items) if !items.is_empty() => Some(Value::Array(Vec::new())),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => None,
    };
    fields.iter().filter_map(|(field, value)| Some(Variant { field: field.clone(), value: off(value)? })).collect()
}

//! `ronde vectors`: what is said of programs that answer rightly, wrongly, or as no program should.
//!
//! Most programs here are shell scripts that know the answers to eight sums. What a program does wrong is one line of
//! its script. A program that hangs reads for ever; what it is waited for is short where all its answers are to fail.

use crate::cli_support;
use crate::vectors_support;

use std::process::{Command, Stdio};

use cli_support::Said;
use serde_json::json;
use vectors_support::{Bench, TESTS, processes, repository};

fn counts(said: &Said) -> (u64, u64, u64) {
    let all = &said.json()["all"];
    let count = |name: &str| all[name].as_u64().unwrap();
    (count("passed"), count("failed"), count("unsupported"))
}

/// Insists that nothing of this program counts, and that it was given up after five restarts.
fn given_up(bench: &Bench, said: &Said, words: &[&str]) {
    assert_eq!(said.code, 2, "{}\n{}", said.out, said.err);
    assert_eq!(bench.starts(), 6, "{}", said.out);
    let closing = said.out.lines().last().unwrap();
    assert!(closing.contains("was given up, 2 of 8 tests before the end: 5 restarts in a row"), "{closing}");
    assert_eq!(said.out.matches("\nfailed sum/").count(), 6, "{}", said.out);
    assert_eq!(said.out.matches("\n  to do ").count(), 6, "{}", said.out);
    for word in words {
        assert!(said.out.contains(word), "no {word:?} in:\n{}", said.out);
    }
}

/// Insists that these tests failed, each for its reason, and the others passed.
fn failed(said: &Said, tests: &[(&str, &str)]) {
    assert_eq!(said.code, 2, "{}\n{}", said.out, said.err);
    let shown: Vec<&str> = said.out.lines().filter_map(|line| line.strip_prefix("failed ")).collect();
    assert_eq!(shown.len(), tests.len(), "{}", said.out);
    for (shown, (id, why)) in shown.iter().zip(tests) {
        assert!(shown.starts_with(&format!("{id}: ")) && shown.contains(why), "{shown}");
    }
    let all = format!("failed {} of {TESTS} tests", tests.len());
    assert!(said.out.lines().last().unwrap().contains(&all), "{}", said.out);
}

// What is right

#[test]
fn a_program_that_answers_rightly_passes() {
    let bench = Bench::new("while read -r line; do answer; done");
    let said = bench.judge("").ok();
    assert!(
        said.out.contains("type  passed  failed  unsupported\nsum        8       0            0\n"),
        "{}",
        said.out
    );
    assert!(said.out.ends_with("ok    sh passed all 8 tests\n"), "{}", said.out);
    assert_eq!((bench.starts(), said.err.as_str()), (1, ""));
}

/// VECTOR-4: this program reads all that there is, and answers only if that is one question.
#[test]
fn the_next_question_waits_for_the_answer() {
    let bench = Bench::new("exec python3 careful.py");
    let careful = "import json, os, select
while True:
    read = os.read(0, 1 << 20)
    if not read: break
    if read.count(b'\\n') != 1 or select.select([0], [], [], 0)[0]: continue
    asked = json.loads(read)
    answer = {'id': asked['id'], 'result': 'valid', 'output': {'sum': sum(asked['input']['addends'])}}
    print(json.dumps(answer), flush=True)
";
    std::fs::write(bench.path("careful.py"), careful).unwrap();
    failed(&bench.judge(""), &[("sum/eight", "accepted what is to be refused")]);
}

/// VECTOR-2.
#[test]
fn what_is_not_supported_needs_a_look() {
    let bench = Bench::new("while read -r line; do case $line in *two*) no two ;; *) answer ;; esac; done");
    let said = bench.judge("");
    assert_eq!(said.code, 1, "{}", said.out);
    assert!(said.out.contains("sum        7       0            1\n"), "{}", said.out);
    assert!(
        said.out.ends_with("look  sh passed 7 of 8 tests and failed none; 1 it does not support\n"),
        "{}",
        said.out
    );
    let said = bench.judge("--json");
    assert_eq!((said.code, counts(&said)), (1, (7, 0, 1)));
}

/// VECTOR-3, as `a_wrong_output_is_shown_beside_the_right_one` and those after it.
#[test]
fn white_space_and_the_order_of_members_do_not_matter() {
    let other = r#"echo ' { "output":{"sum":1} , "result":"valid",   "id":"sum/one" } '"#;
    let bench = Bench::new(&format!("while read -r line; do case $line in *one*) {other} ;; *) answer ;; esac; done"));
    bench.judge("").ok();
}

/// VECTOR-9.
#[test]
fn a_program_may_fill_its_standard_error_while_it_answers() {
    let bench = Bench::new("yes a flood >&2 & while read -r line; do answer; done");
    bench.judge("").ok();
}

// What is wrong

#[test]
fn a_wrong_output_is_shown_beside_the_right_one() {
    let bench =
        Bench::new(r#"while read -r line; do case $line in *two*) say two '{"sum":3}' ;; *) answer ;; esac; done"#);
    let said = bench.judge("");
    failed(&said, &[("sum/two", "gave another output: `sum` differs")]);
    let shown =
        "  expected sum = 2\n  came     sum = 3\n  to do    see SUM-1 in the specification; `--id sum/two` asks";
    assert!(said.out.contains(shown), "{}", said.out);
}

#[test]
fn a_wrong_verdict_is_wrong_whatever_comes_with_it() {
    let accepts = r#"*eight*) say eight '{"error":"overflow"}' ;;"#;
    let refuses = r#"*one*) echo '{"id":"sum/one","result":"invalid","error":{"sum":1}}' ;;"#;
    let bench =
        Bench::new(&format!("while read -r line; do case $line in {accepts} {refuses} *) answer ;; esac; done"));
    let accepts = ("sum/eight", "accepted what is to be refused");
    failed(&bench.judge(""), &[("sum/one", "refused what is to be accepted"), accepts]);
}

#[test]
fn another_error_is_wrong() {
    let other = r#"*eight*) echo '{"id":"sum/eight","result":"invalid","error":{"error":"negative"}}' ;;"#;
    let bench = Bench::new(&format!("while read -r line; do case $line in {other} *) answer ;; esac; done"));
    failed(&bench.judge(""), &[("sum/eight", "gave another error: `error` differs")]);
}

#[test]
fn long_values_are_cut_around_their_difference() {
    let long = "a".repeat(5_000);
    let wrong = format!(r#"*two*) say two "{{\"sum\":2,\"more\":\"{long}\"}}" ;;"#);
    let bench = Bench::new(&format!("while read -r line; do case $line in {wrong} *) answer ;; esac; done"));
    let said = bench.judge("");
    failed(&said, &[("sum/two", "`more` differs")]);
    assert!(said.out.contains("aaa... (5009 characters)"), "{}", said.out);
    assert!(said.out.lines().all(|line| line.len() < 500), "{}", said.out);
}

// What is no answer

/// VECTOR-6, and the exception of VECTOR-14.
#[test]
fn a_wrong_shape_fails_alone_and_the_program_goes_on() {
    let shapes = r#"*one*) echo '{"id":"sum/one","result":"ok"}' ;;
        *two*) echo '{"id":"sum/two","result":"valid","output":{"sum":2},"note":""}' ;;
        *three*) echo '{"id":"sum/three","result":"valid"}' ;;
        *four*) echo '{"id":"sum/four","result":"valid","output":4}' ;;
        *five*) echo '{"id":"sum/five","result":"unsupported","output":{}}' ;;
        *six*) echo '{"id":"sum/six","output":{"sum":6}}' ;;
        *seven*) echo '{"id":"sum/seven","result":"invalid","error":{},"output":{}}' ;;"#;
    let bench = Bench::new(&format!("while read -r line; do case $line in {shapes} *) answer ;; esac; done"));
    let ids = ["one", "two", "three", "four", "five", "six", "seven"].map(|id| format!("sum/{id}"));
    failed(&bench.judge(""), &ids.each_ref().map(|id| (id.as_str(), "wrote what is no answer")));
    assert_eq!(bench.starts(), 1);
}

/// VECTOR-13 and VECTOR-14.
#[test]
fn a_line_that_is_no_json_is_shown_and_the_program_started_anew() {
    let bench = Bench::new("while read -r line; do case $line in *two*) echo nonsense ;; *) answer ;; esac; done");
    let said = bench.judge("");
    failed(&said, &[("sum/two", "wrote a line that is not JSON")]);
    assert!(said.out.contains(": nonsense\n") && said.out.contains("one JSON object per line"), "{}", said.out);
    assert_eq!(bench.starts(), 2);
}

/// VECTOR-5.
#[test]
fn an_answer_to_something_else_is_no_answer() {
    let bench =
        Bench::new("while read -r line; do case $line in *two*) line=sum/one; answer ;; *) answer ;; esac; done");
    failed(&bench.judge(""), &[("sum/two", "answered to the id \"sum/one\"")]);
    for other in [r#"{"result":"valid"}"#, "[1]", "7"] {
        let bench = Bench::new(&format!("while read -r line; do echo '{other}'; done"));
        given_up(&bench, &bench.judge(""), &["wrote a line without an `id`", other, "with its own `id`"]);
    }
}

#[test]
fn garbage_does_not_reach_the_terminal() {
    let bench = Bench::new(r"while read -r line; do printf '\033[2J\377\000\007{{{{\n'; done");
    let said = bench.judge("");
    given_up(&bench, &said, &["is not JSON", r"\u{1b}[2J"]);
    assert!(!said.out.contains(['\u{1b}', '\u{7}', '\0']), "{:?}", said.out);
}

/// An escape sequence, a forged line and what turns text around, wherever JSON has room for them.
#[test]
fn garbage_within_json_does_not_reach_the_terminal() {
    let mess = r"\u001b[2J\u001b]0;owned\u0007\nok    sh passed all\u202e\u2028\u200b\ufeff\u0085";
    let lines = [
        format!(r#"{{"id":"sum/one","result":"{mess}"}}"#),
        format!(r#"{{"id":"sum/two","result":"valid","output":{{"sum":2}},"{mess}":1}}"#),
        format!(r#"{{"id":"sum/three","result":"valid","output":{{"sum":3,"{mess}":3}}}}"#),
        format!(r#"{{"id":"sum/four","result":"valid","output":{{"sum":"{mess}"}}}}"#),
        format!(r#"{{"id":"sum/eight","result":"invalid","error":{{"error":"overflow","{mess}":{{}}}}}}"#),
        format!(r#"{{"id":"{mess}","result":"valid","output":{{"sum":6}}}}"#),
    ];
    let script =
        r#"name=${line#*sum/}; name=${name%%\"*}; if test -f "mess.$name"; then cat "mess.$name"; else answer; fi"#;
    let bench = Bench::new(&format!("while read -r line; do {script}; done"));
    let names = ["one", "two", "three", "four", "eight", "six"];
    for (name, line) in names.iter().zip(&lines) {
        std::fs::write(bench.path(&format!("mess.{name}")), format!("{line}\n")).unwrap();
    }
    let said = bench.judge("");
    let (shape, differs) = ("wrote what is no answer", "differs");
    failed(
        &said,
        &[
            ("sum/one", shape),
            ("sum/two", shape),
            ("sum/three", differs),
            ("sum/four", differs),
            ("sum/six", "answered to the id"),
            ("sum/eight", differs),
        ],
    );
    let forbidden = ['\u{1b}', '\u{7}', '\u{202e}', '\u{2028}', '\u{200b}', '\u{feff}', '\u{85}'];
    assert!(!said.out.contains(forbidden), "{:?}", said.out);
    assert!(!said.out.lines().any(|line| line.starts_with("ok")), "{}", said.out);
    assert!(said.out.contains(r"\u{1b}[2J") && said.out.contains(r"\u{202e}"), "{}", said.out);
}

/// Not in words, not for scripts, not in the report for JUnit.
#[test]
fn what_a_program_names_things_is_cut() {
    let script = r#"a() { head -c 2000000 /dev/zero | tr '\0' A; }
        while read -r line; do case $line in
            *one*) printf '{"id":"sum/one","result":"'; a; echo '"}' ;;
            *two*) printf '{"id":"sum/two","result":"valid","output":{"sum":2},"'; a; echo '":1}' ;;
            *three*) printf '{"id":"sum/three","result":"valid","output":{"sum":3,"'; a; echo '":1}}' ;;
            *) answer ;;
        esac; done"#;
    let bench = Bench::new(script);
    let said = bench.judge("--junit report.xml");
    failed(&said, &[("sum/one", "no answer"), ("sum/two", "no answer"), ("sum/three", "differs")]);
    assert!(said.out.lines().all(|line| line.chars().count() < 700), "{} bytes", said.out.len());
    assert!(bench.read("report.xml").len() < 10_000, "{} bytes", bench.read("report.xml").len());
    let said = bench.judge("--json");
    assert!(said.out.len() < 10_000, "{} bytes", said.out.len());
}

/// VECTOR-10.
#[test]
fn json_that_nests_without_end_is_no_answer() {
    let bench = Bench::new("while read -r line; do yes '[' | head -n 100000 | tr -d '\\n'; echo; done");
    given_up(&bench, &bench.judge(""), &["is not JSON", "[[[["]);
}

/// VECTOR-10.
#[test]
fn a_line_without_end_is_not_kept() {
    let bench = Bench::new("yes garbage | tr -d '\\n'");
    given_up(&bench, &bench.judge(""), &["a line of more than 8 MiB", "end each answer with a line feed"]);
    let bench = Bench::new("read -r line; yes | head -c 100000000 | tr -d '\\n'; echo");
    given_up(&bench, &bench.judge(""), &["a line of more than 8 MiB"]);
}

/// VECTOR-11 and VECTOR-15.
#[test]
fn a_program_that_hangs_is_given_up() {
    let bench = Bench::new("cat > /dev/null");
    given_up(&bench, &bench.judge("--timeout 0.2"), &["did not answer within 0.2 s", "flush", "--timeout"]);
}

/// VECTOR-10: the longest answer, and one byte more.
#[test]
fn an_answer_may_be_as_long_as_a_line_and_no_longer() {
    let bench = Bench::new("exec python3 wide.py");
    let wide = "import json, sys
for line in sys.stdin:
    asked = json.loads(line)
    answer = json.dumps({'id': asked['id'], 'result': 'valid', 'output': {'sum': sum(asked['input']['addends'])}})
    print(answer.ljust({'sum/one': 8388608, 'sum/two': 8388609}.get(asked['id'], 0)), flush=True)
";
    std::fs::write(bench.path("wide.py"), wide).unwrap();
    let said = bench.judge("--type sum --id sum/one --id sum/two --id sum/three");
    assert_eq!(said.out.matches("\nfailed ").count(), 1, "{}", said.out);
    assert!(said.out.contains("\nfailed sum/two: wrote a line of more than 8 MiB"), "{}", said.out);
    assert!(said.out.ends_with("fail  sh failed 1 of 3 tests\n"), "{}", said.out);
}

#[test]
fn a_program_that_hangs_once_is_started_anew_and_goes_on() {
    let bench = Bench::new("while read -r line; do case $line in *two*) cat > /dev/null ;; *) answer ;; esac; done");
    failed(&bench.judge("--timeout 3"), &[("sum/two", "did not answer within 3 s")]);
    assert_eq!(bench.starts(), 2);
}

#[test]
fn a_program_that_dies_at_its_start_is_given_up_with_its_last_words() {
    let bench = Bench::new("echo 'no such module' >&2; exit 3");
    let words = ["ended without an answer (exit status: 3)", "  stderr   no such module\n", "answer `unsupported`"];
    given_up(&bench, &bench.judge(""), &words);
}

#[test]
fn a_program_that_dies_in_the_middle_is_started_anew_and_goes_on() {
    let died = "*two*) exit 1 ;; *five*) kill -9 $$ ;; *six*) printf '{\"id\":'; exit 0 ;;";
    let bench = Bench::new(&format!("while read -r line; do case $line in {died} *) answer ;; esac; done"));
    let ended = "ended without an answer";
    let why = [(2, "(exit status: 1)"), (5, "signal: 9"), (6, "(exit status: 0) in the middle of a line: {\"id\":")];
    let said = bench.judge("");
    failed(&said, &[("sum/two", ended), ("sum/five", ended), ("sum/six", ended)]);
    assert!(why.iter().all(|(_, why)| said.out.contains(why)), "{}", said.out);
    assert_eq!(bench.starts(), 4);
}

#[test]
fn a_program_that_has_ended_is_not_waited_for_whoever_holds_its_output() {
    let bench = Bench::new("tail -f /dev/null & exit 4");
    given_up(&bench, &bench.judge("--timeout 600"), &["ended without an answer (exit status: 4)"]);
}

#[test]
fn a_program_that_ends_after_each_answer_fails_every_second_test() {
    let bench = Bench::new("read -r line; answer");
    let ended = "ended without an answer (exit status: 0)";
    failed(
        &bench.judge(""),
        &["two", "four", "six", "eight"].map(|id| format!("sum/{id}")).each_ref().map(|id| (id.as_str(), ended)),
    );
}

#[test]
fn a_program_that_closes_its_output_is_given_up() {
    let bench = Bench::new("exec > /dev/null; cat > /dev/null");
    let words = ["closed its standard output", "until standard input ends"];
    given_up(&bench, &bench.judge("--timeout 0.2"), &words);
}

#[test]
fn a_program_that_only_fills_its_standard_error_is_given_up() {
    let bench = Bench::new("yes a flood >&2");
    given_up(&bench, &bench.judge("--timeout 0.2"), &["did not answer within 0.2 s", "  stderr   a flood | a flood"]);
}

/// VECTOR-8.
#[test]
fn a_program_that_writes_before_it_is_asked_is_given_up() {
    let bench = Bench::new("echo welcome; while read -r line; do answer; done");
    given_up(&bench, &bench.judge(""), &["welcome"]);
}

#[test]
fn a_program_that_answers_twice_falls_out_of_step() {
    let bench = Bench::new("while read -r line; do answer; answer; done");
    let said = bench.judge("");
    let ids = ["two", "four", "six", "eight"].map(|id| format!("sum/{id}"));
    failed(&said, &ids.each_ref().map(|id| (id.as_str(), "sum/")));
}

#[test]
fn a_program_that_does_not_read_is_told_from_one_that_does_not_answer() {
    let bench = Bench::new("exec tail -f /dev/null");
    bench.widen("sum/one", 300_000);
    let said = bench.judge("--timeout 0.2 --id sum/one");
    assert!(said.out.contains("did not read its question within 0.2 s"), "{}", said.out);
    let bench = Bench::new("say one '{\"sum\":1}'; exec tail -f /dev/null");
    bench.widen("sum/one", 300_000);
    let said = bench.judge("--id sum/one");
    assert_eq!(said.code, 2);
    assert!(said.out.contains("before it had read the whole question") || said.out.contains("before it was asked"));
}

#[test]
fn a_program_that_can_not_be_started_is_a_failure_of_its_own() {
    let bench = Bench::new("");
    bench.ronde("vectors run --against ./missing").refused(&["./missing can't be started", "--against"]);
    bench.ronde("vectors run --against ./script").refused(&["./script can't be started", "may be executed"]);
}

/// VECTOR-13 to VECTOR-15.
#[test]
fn a_program_that_can_not_be_started_again_is_given_up_and_the_report_made() {
    let bench = Bench::new("rm ./sh; while read -r line; do case $line in *two*) exit 3 ;; *) answer ;; esac; done");
    std::os::unix::fs::symlink("/bin/sh", bench.path("sh")).unwrap();
    let said = bench.ronde("vectors run --vectors vectors --against ./sh script");
    assert_eq!((said.code, bench.starts()), (2, 1), "{}\n{}", said.out, said.err);
    assert!(said.out.contains("\nfailed sum/two: ended without an answer (exit status: 3)"), "{}", said.out);
    assert_eq!(said.out.matches(": can't be started again: ").count(), 5, "{}", said.out);
    let closing = said.out.lines().last().unwrap();
    assert!(closing.starts_with("fail  ./sh was given up, 1 of 8 tests before the end: 5 restarts"), "{closing}");
    assert!(said.out.contains("sum        1       7            0\n"), "{}", said.out);
}

/// VECTOR-16, as `who_stops_the_judge_stops_the_program`.
#[test]
fn nothing_that_a_program_started_stays_behind() {
    let bench = Bench::new("tail -f /dev/null & echo $! >> children; while read -r line; do answer; done");
    bench.judge("").ok();
    let bench_that_hangs = Bench::new("tail -f /dev/null & echo $! >> children; cat > /dev/null");
    assert_eq!(bench_that_hangs.judge("--timeout 0.2").code, 2);
    processes::await_gone(&bench.read("children"), 1);
    processes::await_gone(&bench_that_hangs.read("children"), 6);
}

#[test]
fn who_stops_the_judge_stops_the_program() {
    for signal in ["-INT", "-TERM", "-HUP", "-QUIT"] {
        let bench = Bench::new("tail -f /dev/null & echo $! $$ > children; cat > /dev/null");
        let mut judge = bench.command("--timeout 600").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let children = bench.await_text("children");
        assert!(Command::new("kill").args([signal, &judge.id().to_string()]).status().unwrap().success());
        assert_eq!(judge.wait().unwrap().code(), Some(2), "{signal}");
        processes::await_gone(&children.replace(' ', "\n"), 2);
    }
}

// What is asked for

#[test]
fn tests_are_chosen_by_type_and_id() {
    let bench = Bench::new("while read -r line; do answer; done");
    let said = bench.judge("--json --type sum").ok();
    assert_eq!(counts(&said), (8, 0, 0));
    let said = bench.judge("--json --id sum/two --id sum/eight").ok();
    assert_eq!(counts(&said), (2, 0, 0));
    bench.judge("--type sums").refused(&["no type `sums`", "did you mean `sum`?"]);
    bench.judge("--id sum/too").refused(&["no test `sum/too`", "did you mean `sum/two`?"]);
    assert_eq!(bench.starts(), 2, "a wrong name starts nothing");
}

#[test]
fn arguments_reach_the_program_and_options_after_them_the_judge() {
    let bench = Bench::new(r#"echo "$*" > arguments; while read -r line; do answer; done"#);
    let said = bench.ronde("vectors run --vectors vectors --against sh script a b --json --id sum/one -- --c -d").ok();
    assert_eq!(counts(&said), (1, 0, 0));
    assert_eq!(bench.read("arguments"), "a b --c -d\n");
    for timeout in ["0", "-1", "soon", "inf", "86401"] {
        let said = bench.judge(&format!("--timeout={timeout}"));
        assert!(said.code == 2 && said.err.contains("--timeout"), "{}", said.err);
    }
}

#[test]
fn scripts_read_every_failure() {
    let bench = Bench::new("while read -r line; do case $line in *two*) echo nonsense ;; *) answer ;; esac; done");
    let said = bench.judge("--json").json();
    assert_eq!((&said["ok"], &said["judged"], &said["gave_up"]), (&json!(false), &json!("sh"), &json!(null)));
    assert_eq!(said["types"], json!([{ "type": "sum", "passed": 7, "failed": 1, "unsupported": 0 }]));
    let failure = &said["failures"][0];
    assert_eq!(
        (&failure["id"], &failure["rule"], &failure["asked"]),
        (&json!("sum/two"), &json!("SUM-1"), &json!(true))
    );
    assert!(failure["what"].as_str().unwrap().contains("nonsense") && failure["fix"].is_string(), "{failure}");
}

#[test]
fn a_report_for_junit_is_well_formed_whatever_the_program_wrote() {
    let mess = r"*two*) printf '<&]]>\033\377\000\n' ;; *three*) no three ;;";
    let bench = Bench::new(&format!("while read -r line; do case $line in {mess} *) answer ;; esac; done"));
    assert_eq!(bench.judge("--junit report.xml").code, 2);
    let read = "import xml.etree.ElementTree as e, sys; r = e.parse('report.xml').getroot()\n\
                print(r.tag, r.get('tests'), r.get('failures'), len(r.findall('.//skipped')))\n\
                for f in r.findall('.//testcase[failure]'): print(f.get('classname'), f.get('name'), f[0].get('message'))";
    let output = Command::new("python3").args(["-c", read]).current_dir(bench.path("")).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.starts_with("testsuites 8 1 1\nronde.sum sum/two wrote a line that is not JSON"), "{said}");
    bench.judge("--junit nowhere/report.xml").refused(&["nowhere/report.xml"]);
}

/// VECTOR-1.
#[test]
fn vectors_that_are_none_are_refused() {
    let bench = Bench::new("");
    bench.ronde("vectors check nowhere").refused(&["cannot read nowhere", "name a folder with vectors"]);
    bench.ronde("vectors run --vectors nowhere --against sh script").refused(&["cannot read nowhere"]);
    bench.edit("vectors/sums.json", "\"comment\"", "\"note\": \"\", \"comment\"");
    bench.ronde("vectors check vectors").refused(&["sums.json is not a file of vectors", "`note`"]);
    assert_eq!(bench.starts(), 0);
}

// This implementation

#[test]
fn this_implementation_passes_with_and_without_the_repository() {
    let bench = Bench::new("");
    let within = bench.ronde("vectors check --json").ok();
    let without = bench.ronde(&format!("vectors check --json {}", repository("test-vectors"))).ok();
    assert_eq!(within.json(), without.json());
    assert!(counts(&within).0 >= 300, "{}", within.out);
    let said = bench.ronde("vectors check").ok();
    assert!(said.out.lines().all(|line| line.chars().count() <= 80), "{}", said.out);
    assert!(said.out.lines().last().unwrap().starts_with("ok    this implementation passed all "), "{}", said.out);
}

#[test]
fn what_this_implementation_does_not_know_fails() {
    let bench = Bench::new("");
    let said = bench.ronde("vectors check vectors");
    assert_eq!(said.code, 2);
    assert!(said.out.contains("sum/one: does not support this: no type `sum`"), "{}", said.out);
    assert!(said.out.ends_with("fail  this implementation failed 8 of 8 tests\n"), "{}", said.out);
}

/// VECTOR-17.
#[test]
fn it_passes_as_a_program_too() {
    let bench = Bench::new("");
    let ronde = env!("CARGO_BIN_EXE_ronde");
    let said = bench.ronde(&format!("vectors run --json --timeout 120 --against {ronde} vectors answer")).ok();
    assert_eq!(counts(&said), counts(&bench.ronde("vectors check --json")));
}

/// VECTOR-7 and VECTOR-12.
#[test]
fn it_answers_questions_of_ones_own() {
    let bench = Bench::new("");
    let (code, out, err) = bench.ask("{\"id\":\"mine\",\"type\":\"sum\",\"input\":{}}\n\n");
    assert_eq!((code, out.as_str()), (0, "{\"id\":\"mine\",\"result\":\"unsupported\"}\n"));
    assert_eq!(err, "mine: unsupported: no type `sum`\n");
    let (code, out, err) = bench.ask("{\"id\":\"mine\",\"type\":\"sum\",\"input\":{}}\n{\"id\":1}\n");
    assert_eq!((code, out.lines().count()), (2, 1));
    assert!(err.contains("failed: line 2: this is no question") && err.contains("to do:"), "{err}");
}

#[test]
fn the_example_in_python_passes_what_it_supports_in_forty_lines() {
    let text = std::fs::read_to_string(repository("test-vectors/example.py")).unwrap();
    assert!(text.lines().count() <= 40, "{} lines", text.lines().count());
    let bench = Bench::new("");
    let said = bench.ronde(&format!(
        "vectors run --json --timeout 120 --against python3 {}",
        repository("test-vectors/example.py")
    ));
    assert_eq!(said.code, 1, "{}\n{}", said.out, said.err);
    let supported: Vec<String> = said.json()["types"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["unsupported"] == 0)
        .map(|row| row["type"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(supported, ["canonical-split", "quorum"]);
}

//! `ronde rules`, and what `ronde config check` says of rules.

use crate::cli_support;

use cli_support::Desk;

const RULES: &str = "\n[earn]\npoints = 1\ncents = 100\nzone = \"Europe/Paris\"\nballot = 1\nmax_points = 500\n\
                     [[earn.bonus]]\nname = \"Happy Tuesday\"\npercent = 200\nweekdays = [\"tue\"]\nfrom = \"14:00\"\n\
                     to = \"18:00\"\n[[earn.bonus]]\nname = \"December\"\npercent = 150\nfirst = 2026-12-01\n\
                     [[earn.voucher]]\nname = \"Coffee\"\noffer = 1\nmin_cents = 2000\n\
                     [pledge]\nassociation = 1\nper_mille = 10\n";

/// A federation with a campaign, an offer and an association; store 1 has these rules.
fn founded(rules: &str) -> Desk {
    let desk = Desk::new();
    desk.begin();
    let plan = desk.path("plan.toml");
    let text = std::fs::read_to_string(&plan).unwrap();
    let more = "[[association]]\nid = 1\nname = \"Food bank\"\n[[association]]\nid = 2\nname = \"Choir\"\nclosed = true\n\
                [[campaign]]\nid = 1\nname = \"Which tree?\"\nchoices = [\"Lime\", \"Oak\"]\nminimum = 10\n\
                end = 2036-01-31\nballots_per_store = 100\n\
                [[campaign]]\nid = 2\nname = \"Past\"\nchoices = [\"A\", \"B\"]\nminimum = 10\n\
                end = 2026-01-31\nballots_per_store = 100\n\
                [[offer]]\nid = 1\nname = \"A coffee\"\nvalue = 15\nfunder = 1\nissuers = [1]\nper_store = 100\n\
                [[offer]]\nid = 2\nname = \"A tea\"\nvalue = 15\nfunder = 1\nissuers = [2]\nper_store = 100\n";
    // What stands at the top of the plan stays there.
    let (top, tables) = text.split_at(text.find("[point_value]").unwrap());
    std::fs::write(&plan, format!("{top}{more}{tables}")).unwrap();
    (1..=4).for_each(|number| desk.store(number));
    desk.draft().ok();
    for name in ["alice", "bob"] {
        desk.ronde(&format!("charter sign --key {name}.key 000001.charter")).ok();
    }
    desk.ronde("charter install --config store-1/ronde.toml 000001.charter").ok();
    let config = desk.path("store-1/ronde.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, format!("{text}{rules}")).unwrap();
    desk
}

#[test]
fn a_basket_is_tried_in_words_and_for_scripts() {
    let desk = founded(RULES);
    let told = |more: &str| desk.ronde(&format!("rules try --config store-1/ronde.toml {more}"));
    // 2026-12-22 is a Tuesday.
    let said = told("--cents 4210 --at 2026-12-22T15:00").ok().out;
    let expected = "A basket of €42.10 on Tuesday 22 December 2026 at 15:00 (Europe/Paris) earns 84 points and 1 voucher, \
                    with a ballot.\n\n\
                    \x20 rate      1 point for each €1.00: 42 points\n\
                    \x20 bonus     \"Happy Tuesday\", times 2: counts\n\
                    \x20 bonus     \"December\", times 1.5: holds too, but another gives as much or more, and only one \
                    counts\n\
                    \x20 at most   500 points a basket: not reached\n\
                    \x20 voucher   \"Coffee\": 1 of \"A coffee\" (offer 1)\n\
                    \x20 ballot    \"Which tree?\" (campaign 1): comes with it\n\
                    \x20 gives     42.1 cents to \"Food bank\" (association 1)\n";
    assert_eq!(said, expected);
    let object = told("--cents 4210 --at 2026-12-22T15:00 --json").ok().json();
    assert_eq!((object["points"].as_u64(), object["without_bonus"].as_u64()), (Some(84), Some(42)));
    assert_eq!(
        (object["bonus"].as_str(), object["local_time"].as_str()),
        (Some("Happy Tuesday"), Some("2026-12-22T15:00"))
    );
    assert_eq!(object["gives"]["thousandths_of_a_cent"], 42_100);
    assert_eq!(object["steps"][1]["became"], "beaten");

    let said = told("--cents 900 --at 2026-11-24T18:00").ok().out;
    assert!(said.contains("earns 9 points.\n"), "{said}");
    assert!(said.contains("does not hold at this time") && said.contains("less than €20.00"), "{said}");
    assert!(said.contains("only with 10 points or more") && said.contains("gives     €0.09 to"), "{said}");
    let said = told("--cents 60 --at 2026-11-24T18:00").ok().out;
    assert!(said.contains("earns nothing: no grant is made") && !said.contains("gives"), "{said}");
    assert_eq!(told("--cents 60 --at 2026-11-24T18:00 --json").json()["ok"], false);
    let said = told("--cents 99000 --at 2026-12-22T15:00").ok().out;
    assert!(said.contains("earns 500 points") && said.contains("the rest is cut off"), "{said}");
    // Now, if nothing is said.
    told("--cents 100").ok();
    assert_eq!(told("--cents x").code, 2);
    assert_eq!(told("--cents 100 --at noon").code, 2);
}

#[test]
fn rules_are_listed_as_a_manager_reads_them() {
    let desk = founded(RULES);
    let said = desk.ronde("rules show --config store-1/ronde.toml").ok().out;
    let expected = "What a basket earns in Shop1; times are those of Europe/Paris.\n\n\
                    \x20 rate      1 point for each €1.00, rounded down once for the whole basket\n\
                    \x20 at most   500 points a basket\n\
                    \x20 bonus     \"Happy Tuesday\", times 2: on Tuesdays, from 14:00 to 18:00\n\
                    \x20 bonus     \"December\", times 1.5: from 1 December 2026 on\n\
                    \x20           of several that hold at a time the best counts alone\n\
                    \x20 voucher   \"Coffee\": 1 of \"A coffee\" (offer 1) with baskets of €20.00 or more, always\n\
                    \x20 ballot    of \"Which tree?\" (campaign 1) with baskets that earn 10 points or more\n\
                    \x20 gives     €0.10 of each €10.00 to \"Food bank\" (association 1)\n\
                    \x20           pledged by itself once a day, from 03:00 UTC on\n";
    assert_eq!(said, expected);
    let object = desk.ronde("rules show --json --config store-1/ronde.toml").ok().json();
    assert_eq!(
        (&object["rules"]["earn"]["bonuses"][0]["percent"], &object["warnings"]),
        (&200.into(), &[0; 0][..].into())
    );
}

/// Also `--help` of a command may not promise what is refused.
#[test]
fn the_example_in_the_help_is_taken() {
    let desk = founded("");
    let help = desk.ronde("rules --help").ok().out;
    let from = help.find("  [earn]").unwrap();
    let to = help.find("Changes hold").unwrap();
    let config = desk.path("store-1/ronde.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, format!("{text}\n{}", &help[from..to])).unwrap();
    let said = desk.ronde("rules show --json --config store-1/ronde.toml").json();
    assert_eq!(said["rules"]["earn"]["bonuses"][0]["name"], "Happy Tuesday", "{said}");
    assert_eq!(said["rules"]["pledge"]["months"][0]["association"], 2);
}

#[test]
fn a_store_without_rules_says_what_to_add() {
    let desk = founded("");
    let said = desk.ronde("rules show --config store-1/ronde.toml").ok().out;
    assert!(said.contains("[earn]"), "{said}");
    desk.ronde("rules try --cents 100 --config store-1/ronde.toml").refused(&["[earn]"]);
}

/// EARN-13: each with its line and its fix.
#[test]
fn rules_that_the_charter_does_not_let_happen_are_worth_a_look() {
    let rules = RULES
        .replace("ballot = 1", "ballot = 2")
        .replace("max_points = 500", "max_points = 20000")
        .replace("offer = 1", "offer = 2")
        .replace("association = 1", "association = 2");
    let desk = founded(&rules);
    let before = std::fs::read_to_string(desk.path("store-1/ronde.toml")).unwrap();
    let line = |start: &str| before.lines().position(|line| line.starts_with(start)).unwrap() + 1;
    for command in ["config check", "rules show"] {
        let said = desk.ronde(&format!("{command} --config store-1/ronde.toml"));
        assert_eq!(said.code, 1, "{}", said.out);
        let wanted = [
            (line("ballot"), "campaign 2 \"Past\" was over on 2026-01-3", "remove `ballot`"),
            (line("max_points"), "issue 10000 in a day", "max_points = 10000"),
            (line("name = \"Coffee\""), "may not issue offer 2 \"A tea\"", "ask the stewards"),
            (line("association"), "association 2 \"Choir\" takes no more gifts", "name an association"),
        ];
        for (line, what, fix) in wanted {
            let place = format!("look  store-1/ronde.toml, line {line}: ");
            let found = said.out.lines().find(|text| text.starts_with(&place));
            assert!(found.is_some_and(|text| text.contains(what) && text.contains(fix)), "{place}{what}\n{}", said.out);
        }
    }
    desk.edit("store-1/ronde.toml", "percent = 200", "percent = 20");
    desk.ronde("config check --config store-1/ronde.toml").refused(&["percent", "percent = 200"]);
}

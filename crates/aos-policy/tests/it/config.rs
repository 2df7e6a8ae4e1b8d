//! Reading rules: what is wrong is refused, with its place.

use aos_policy::{ConfigError, PolicyConfig};

use crate::support::cents;

#[track_caller]
fn check(text: &str, place: (usize, usize), part: &str) {
    match PolicyConfig::parse(text) {
        Err(ConfigError::Invalid {
            line,
            column,
            message,
        }) => {
            assert!(message.contains(part), "{text}: {message}");
            assert_eq!((line, column), place, "{text}: {message}");
        }
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn wrong_values_are_refused_at_their_place() {
    check("step_ceiling_cents = -1", (1, 22), "negative");
    check("\nstep_ceiling_cents = nan", (2, 22), "not an amount");
    check("step_ceiling_cents = inf", (1, 22), "not an amount");
    check("step_ceiling_cents = 1e300", (1, 22), "out of range");
    check("step_ceiling_cents = 9223372036855", (1, 22), "out of range");
    check("step_ceiling_cents = 0.0000001", (1, 22), "six decimals");
    check("step_ceiling_cents = \"many\"", (1, 22), "not an amount");
    check("step_ceiling_cents = true", (1, 22), "an amount in cents");
    check("[agents.\"not ok\"]", (1, 9), "agent id");
    check(
        "[[rate_limits]]\nskill = \"x\"\nrequests = -1",
        (3, 12),
        "invalid value",
    );
}

#[test]
fn unknown_fields_are_refused_at_their_place() {
    check("step_celing_cents = 1", (1, 1), "unknown field");
    check("[agents.a]\ndaily = 1", (2, 1), "unknown field");
    check(
        "[[rate_limits]]\nskill = \"x\"\nrequests = 1\nper_minute = 1",
        (4, 1),
        "unknown field",
    );
    check("[idempotency]\nkeys = \"never\"", (2, 8), "unknown variant");
    check(
        "step_ceiling_cents = 1\nstep_ceiling_cents = 2",
        (2, 1),
        "duplicate",
    );
    check("step_ceiling_cents =", (1, 21), "");
}

#[test]
fn limits_that_cannot_be_meant_are_refused_at_their_place() {
    check(
        "workflow_ceiling_cents = 5\nstep_ceiling_cents = 6",
        (2, 22),
        "more than the 5 of a whole run",
    );
    check(
        "[agents.a]\nmonthly_cents = 5\ndaily_cents = 6",
        (3, 15),
        "`monthly_cents` is lower",
    );
    check(
        "[tenants.t]\nmonthly_cents = 5\ntotal_cents = 4",
        (2, 17),
        "`total_cents` is lower",
    );
    check(
        "[agents.a]\ntenant = \"nobody\"",
        (2, 10),
        "there is no `[tenants.nobody]`",
    );
    check(
        "[skills]\nallow = [\"x\"]\ndeny = [\"x\"]",
        (3, 8),
        "`skills.allow` too",
    );
    check(
        "[[rate_limits]]\nskill = \"x\"\nrequests = 0",
        (3, 12),
        "at least 1",
    );
    check(
        "[[rate_limits]]\nskill = \"x\"\nrequests = 1\nper_seconds = 0",
        (4, 15),
        "at least 1",
    );
    check("[[rate_limits]]\nrequests = 1", (1, 1), "exactly one of");
    check(
        "[[rate_limits]]\nskill = \"x\"\nagent = \"y\"\nrequests = 1",
        (1, 1),
        "exactly one of",
    );
}

#[test]
fn a_file_that_cannot_be_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().join("none.toml"), folder.path().into()] {
        let error = PolicyConfig::load(&path).unwrap_err();
        assert!(matches!(error, ConfigError::Unreadable { .. }), "{error}");
    }
    let path = folder.path().join("binary.toml");
    std::fs::write(&path, [0xff, 0xfe]).unwrap();
    assert!(PolicyConfig::load(&path).is_err());
    std::fs::write(&path, "step_ceiling_cents = 5").unwrap();
    assert_eq!(
        PolicyConfig::load(&path).unwrap().step_ceiling_cents,
        Some(cents(5))
    );
}

#[test]
fn the_environment_overrides_the_ceilings() {
    let base = PolicyConfig::parse("step_ceiling_cents = 5").unwrap();
    let set = |step: &'static str, run: &'static str| {
        let variable = move |name: &str| match name {
            "AOS_STEP_CEILING_CENTS" => Some(step.to_owned()),
            "AOS_WORKFLOW_CEILING_CENTS" => Some(run.to_owned()),
            _ => None,
        };
        base.clone().with_environment(variable)
    };
    let config = set("0.5", "7").unwrap();
    assert_eq!(config.step_ceiling_cents.unwrap().to_string(), "0.5");
    assert_eq!(config.workflow_ceiling_cents, Some(cents(7)));
    assert_ne!(config.hash(), base.hash());
    assert_eq!(set("", "").unwrap(), base);
    for (step, run, part) in [
        ("-1", "", "negative"),
        ("", "NaN", "not an amount"),
        ("", "4", "more than the 4"),
    ] {
        let error = set(step, run).unwrap_err().to_string();
        assert!(error.contains(part) && error.contains("AOS_"), "{error}");
    }
}

#[test]
fn the_hash_is_that_of_the_rules_and_not_of_their_text() {
    let hash = |text: &str| PolicyConfig::parse(text).unwrap().hash();
    assert_eq!(
        hash("step_ceiling_cents = 5\nworkflow_ceiling_cents = 9"),
        hash("# why\nworkflow_ceiling_cents = 9.0\nstep_ceiling_cents = \"5\"")
    );
    assert_ne!(hash("step_ceiling_cents = 5"), hash("step_ceiling_cents = 6"));
}

#[test]
fn the_example_of_the_documentation_is_valid_and_names_every_field() {
    let page = include_str!("../../../../docs/policy.md");
    let example = page.split("```toml").nth(1).unwrap().split("```").next().unwrap();
    let config = PolicyConfig::parse(example).unwrap();
    let fields = serde_json::to_value(&config).unwrap();
    for (field, value) in fields.as_object().unwrap() {
        let is_given = !value.is_null() && *value != serde_json::json!({}) && *value != serde_json::json!([]);
        assert!(is_given, "{field}");
    }
}

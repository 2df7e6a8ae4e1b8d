//! Secrets are found by their shape, wherever they stand, and never shown.

use aos_golden::{RecorderOptions, SecretFinding, find_secret};
use aos_spec::ErrorCode;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::Run;

/// One example for each rule, put together at run time so that no scanner finds it in this file.
fn examples() -> Vec<(&'static str, String)> {
    let letters = |n: usize| {
        "aB3dE5gH7jK9mN2pQ4rS6tU8vW"
            .chars()
            .cycle()
            .take(n)
            .collect::<String>()
    };
    let upper = |n: usize| "Q2W4E6R3T5Y7U2I4".chars().cycle().take(n).collect::<String>();
    let digits = |n: usize| "1234567890".repeat(9)[..n].to_owned();
    vec![
        ("aws-access-key-id", format!("AKIA{}", upper(16))),
        (
            "aws-secret-access-key",
            format!("aws_secret_access_key = {}", letters(40)),
        ),
        (
            "azure-storage-key",
            format!("AccountName=x;AccountKey={}==", letters(86)),
        ),
        ("google-api-key", format!("AIza{}", letters(35))),
        ("google-oauth-token", format!("ya29.{}", letters(60))),
        ("github-token", format!("ghp_{}", letters(36))),
        ("github-fine-grained-token", format!("github_pat_{}", letters(82))),
        ("gitlab-token", format!("glpat-{}", letters(20))),
        (
            "slack-token",
            format!("xoxb-{}-{}-{}", digits(12), digits(12), letters(24)),
        ),
        (
            "slack-app-token",
            format!(
                "xapp-1-{}-{}-{}",
                upper(11),
                digits(13),
                "0123456789abcdef".repeat(4)
            ),
        ),
        (
            "slack-webhook",
            format!(
                "https://hooks.slack.com/services/{}/{}/{}",
                upper(9),
                upper(9),
                letters(24)
            ),
        ),
        ("model-provider-key", format!("sk-{}", letters(48))),
        (
            "model-provider-key",
            format!("sk-proj-{}_{}-{}", letters(20), letters(30), letters(20)),
        ),
        (
            "model-provider-key",
            format!("sk-ant-api03-{}-{}", letters(40), letters(40)),
        ),
        ("stripe-key", format!("sk_live_{}", letters(24))),
        ("sendgrid-key", format!("SG.{}.{}", letters(22), letters(43))),
        ("npm-token", format!("npm_{}", letters(36))),
        ("hugging-face-token", format!("hf_{}", letters(34))),
        ("age-secret-key", format!("AGE-SECRET-KEY-1{}", upper(58))),
        (
            "jwt",
            format!("eyJ{}.eyJ{}.{}", letters(20), letters(40), letters(43)),
        ),
        (
            "private-key",
            format!("-----BEGIN {}PRIVATE KEY-----\nMIIE", "RSA "),
        ),
        ("private-key", format!("-----BEGIN {}-----", "PRIVATE KEY")),
        ("bearer-token", format!("Authorization: Bearer {}", letters(32))),
        (
            "basic-authorization",
            format!("Authorization: Basic {}==", letters(22)),
        ),
        (
            "password-in-url",
            format!("postgres://ann:{}@db.example/x", "hunter2"),
        ),
        ("password-in-url", format!("redis://:{}@cache", "hunter2")),
    ]
}

#[track_caller]
fn check(value: &Value, expect: Option<(&str, &str)>) {
    let found = find_secret(value);
    let found = found
        .as_ref()
        .map(|SecretFinding { rule, pointer, .. }| (*rule, pointer.as_str()));
    assert_eq!(found, expect, "{value}");
}

#[test]
fn every_rule_finds_its_example_in_every_place() {
    for (rule, secret) in examples() {
        check(&json!({ "a": [1, { "b/c": secret }] }), Some((rule, "/a/1/b~1c")));
        check(&json!(format!("before\n{secret}\nafter")), Some((rule, "")));
        check(&json!(format!("key=\"{secret}\"")), Some((rule, "")));
        check(&json!({ "x": { secret.as_str(): 1 } }), Some((rule, "/x")));
    }
}

#[test]
fn a_name_and_its_value_are_read_together() {
    let key = "aB3dE5gH7jK9mN2pQ4rS6tU8vWaB3dE5gH7jK9mN";
    check(
        &json!({ "AWS_SECRET_ACCESS_KEY": key }),
        Some(("aws-secret-access-key", "/AWS_SECRET_ACCESS_KEY")),
    );
    check(&json!({ "secretAccessKey": key }), None);
    check(
        &json!({ "authorization": "Basic dXNlcjpwYXNzd29yZA==" }),
        Some(("basic-authorization", "/authorization")),
    );
}

#[test]
fn ordinary_text_is_not_taken_for_a_secret() {
    for text in [
        "",
        "bearer of bad news",
        "Bearer authentication-required",
        "a bearer token is needed",
        "task-1234567890abcdefghijklmnopqrs",
        "risk-assessment-of-the-quarterly-report-2026",
        "sk-learn is a library",
        "https://example.com:8080/a@b",
        "https://user@example.com/",
        "postgres://ann:${PASSWORD}@db",
        "postgres://ann:***@db",
        "see http://a and mail b@c.d",
        "eyJ",
        "basic understanding of authorization",
        "xoxo-hugs-and-kisses-to-everyone",
        "550e8400-e29b-41d4-a716-446655440000",
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "-----BEGIN CERTIFICATE-----",
        "AKIA",
        "[redacted:string]",
        "-----BEGIN PUBLIC KEY-----",
        "The Authorization header is basic",
        "SG.1",
        "npm_config_registry",
        "hf_home",
    ] {
        check(&json!({ "text": text }), None);
    }
}

#[test]
fn recording_fails_naming_the_rule_and_the_place_and_never_the_secret() {
    for (rule, secret) in examples() {
        let run = Run::new("r1", [json!(0), json!({ "headers": [secret] })]);
        let error = run.golden_with(RecorderOptions::new()).unwrap_err();
        assert_eq!(error.code, ErrorCode::GoldenWriteFailed);
        let (message, place) = (&error.message, "`/output/headers/0`");
        assert!(
            message.contains(rule) && message.contains(place) && message.contains("step `s1`"),
            "{message}"
        );
        let tail = &secret[secret.len() - 8..];
        assert!(!message.contains(tail), "{message}");
        let mut run = Run::new("r1", [json!(0)]);
        run.start.header.inputs.insert("key".into(), secret.into());
        let error = run.golden_with(RecorderOptions::new()).unwrap_err();
        assert!(error.message.contains("`/inputs/key`"), "{}", error.message);
        let hidden = RecorderOptions::new().redacting(["/inputs/key".parse().unwrap()]);
        assert!(run.golden_with(hidden).is_ok());
    }
}

proptest! {
    /// The quick look at the bytes of a line must not miss what the exact look at its values finds.
    #[test]
    fn a_secret_is_found_whatever_is_around_it(
        before in r#"[a-z"\\\n\t \u{1}é\u{1f600}/:=@-]{0,6}"#,
        after in r#"[a-z"\\\n\t \u{1}é\u{1f600}/:=@-]{0,6}"#,
        example: prop::sample::Index,
        name in "[a-z\"\n]{1,3}",
    ) {
        let examples = examples();
        let (_, secret) = &examples[example.index(examples.len())];
        let output = json!({ name: format!("{before}{secret}{after}") });
        let is_found = find_secret(&output).is_some();
        let is_recorded = Run::new("r1", [output]).golden_with(RecorderOptions::new()).is_ok();
        prop_assert_eq!(is_found, !is_recorded);
        let ends_a_word = before.ends_with(|c: char| c.is_ascii_alphanumeric());
        prop_assert!(is_found || ends_a_word);
    }
}

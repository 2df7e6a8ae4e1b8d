//! The table of error codes, and the pages about them.

use std::{collections::BTreeSet, fs, path::Path};

use aos_spec::{
    ErrorCode, StepFailure,
    failure::{Category, CodeInfo},
    limits::MAX_MESSAGE_BYTES,
};
use serde_json::json;

/// The codes that programs outside of this repository rely on.
const KEPT: &str = "TIMEOUT DNS_FAILURE CONNECTION_RESET SERVICE_UNAVAILABLE GATEWAY_TIMEOUT SKILL_NOT_FOUND INVALID_SKILL \
    STEP_FAILED EXECUTION_ERROR UNKNOWN_ERROR WORKFLOW_ABORTED BUDGET_EXCEEDED STEP_CEILING_EXCEEDED \
    WORKFLOW_CEILING_EXCEEDED AGENT_BUDGET_EXCEEDED RATE_LIMITED QUOTA_EXHAUSTED PERMISSION_DENIED UNAUTHORIZED \
    FORBIDDEN_SKILL TENANT_SUSPENDED INVALID_INPUT SCHEMA_VALIDATION_FAILED MISSING_REQUIRED_FIELD INVALID_REFERENCE \
    INVALID_SPEC DB_CONNECTION_FAILED CHECKPOINT_SAVE_FAILED CHECKPOINT_LOAD_FAILED GOLDEN_WRITE_FAILED \
    PLANNER_TIMEOUT PLANNER_ERROR INVALID_PLAN PLAN_TOO_EXPENSIVE HTTP_4XX HTTP_5XX LLM_ERROR LLM_CONTEXT_EXCEEDED \
    TRANSFORM_ERROR DATA_NOT_FOUND DATA_CORRUPT SERIALIZATION_ERROR DESERIALIZATION_ERROR INJECTION_DETECTED \
    SANDBOX_REJECTION SIGNATURE_INVALID TAMPER_DETECTED CHECKPOINT_VERSION_CONFLICT CHECKPOINT_STALE RESUME_FAILED \
    POLICY_VIOLATION EMERGENCY_STOP IDEMPOTENCY_REQUIRED";

#[test]
fn no_code_that_is_relied_on_is_missing() {
    for name in KEPT.split_whitespace() {
        assert!(name.parse::<ErrorCode>().is_ok(), "{name}");
    }
    assert_eq!(KEPT.split_whitespace().count(), 53);
}

#[test]
fn names_are_unique_and_read_back() {
    let names: BTreeSet<_> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(names.len(), ErrorCode::ALL.len());
    for code in ErrorCode::ALL {
        assert_eq!(code.as_str().parse(), Ok(*code));
        assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        assert_eq!(
            serde_json::from_value::<ErrorCode>(json!(code.as_str())).unwrap(),
            *code
        );
    }
    assert!("timeout".parse::<ErrorCode>().is_err());
}

#[test]
fn retries_go_with_a_backoff_and_with_causes_that_pass() {
    for code in ErrorCode::ALL {
        let info = code.info();
        assert_eq!(code.is_retryable(), !info.backoff_base.is_zero(), "{code}");
        assert!((400..600).contains(&info.http_status), "{code}");
        assert!(
            info.advice.ends_with('.') && !info.meaning.ends_with('.'),
            "{code}"
        );
        match info.category {
            Category::Transient => assert!(info.is_retryable(), "{code}"),
            Category::Planner | Category::Infrastructure | Category::Checkpoint => {}
            _ => assert!(!info.is_retryable(), "{code} would fail again in the same way"),
        }
    }
}

fn category(info: &CodeInfo) -> String {
    serde_json::to_value(info.category)
        .unwrap()
        .as_str()
        .unwrap()
        .into()
}

#[test]
fn every_page_begins_with_the_row_of_its_code() {
    for code in ErrorCode::ALL {
        let info = code.info();
        let retries = if info.is_retryable() {
            let seconds = info.backoff_base.as_secs_f64();
            format!(
                "retried up to {} times, first after {seconds} s",
                info.max_retries
            )
        } else {
            "not retried".into()
        };
        let row = format!("{} · {retries} · HTTP {}", category(info), info.http_status);
        let page = code.page();
        let mut lines = page.lines();
        assert_eq!(lines.next(), Some(format!("# {code}").as_str()));
        assert_eq!(lines.nth(1), Some(row.as_str()), "{code}");
        assert!(
            (8..=25).contains(&page.lines().count()),
            "{code}: a page is short"
        );
        assert!(page.contains("What to do"), "{code}");
        assert!(
            page.lines().all(|line| line.chars().count() <= 110),
            "{code}: a line is long"
        );
    }
}

fn pages() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/errors"))
}

#[test]
fn the_index_lists_every_code_as_in_the_table() {
    let index = fs::read_to_string(pages().join("README.md")).unwrap();
    let rows: Vec<_> = index.lines().filter(|line| line.starts_with("| [")).collect();
    let expect: Vec<_> = ErrorCode::ALL
        .iter()
        .map(|code| {
            let info = code.info();
            let retries = if info.is_retryable() {
                info.max_retries.to_string()
            } else {
                "no".into()
            };
            format!(
                "| [{code}]({code}.md) | {} | {retries} | {} | {} |",
                category(info),
                info.http_status,
                info.meaning
            )
        })
        .collect();
    assert_eq!(rows, expect);
}

#[test]
fn no_page_is_left_without_a_code() {
    for entry in fs::read_dir(pages()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let code = name.strip_suffix(".md").unwrap();
        assert!(code == "README" || code.parse::<ErrorCode>().is_ok(), "{name}");
    }
}

#[test]
fn codes_that_pages_mention_exist() {
    let is_code = |word: &&str| {
        word.contains('_')
            && word.starts_with(|c: char| c.is_ascii_uppercase())
            && word
                .chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
    };
    let variables = ["AOS_STORE", "WORKFLOW_EMERGENCY_STOP"];
    for code in ErrorCode::ALL {
        let words = code.page().split('`').filter(is_code);
        for word in words.filter(|word| !variables.contains(word)) {
            assert!(word.parse::<ErrorCode>().is_ok(), "{code} mentions `{word}`");
        }
    }
}

#[test]
fn a_long_message_is_cut_at_a_character() {
    let fits = "é".repeat(MAX_MESSAGE_BYTES / 2);
    assert_eq!(
        StepFailure::new(ErrorCode::StepFailed, fits.clone()).message,
        fits
    );
    let cut = StepFailure::new(ErrorCode::StepFailed, format!("{fits}!")).message;
    assert!(
        cut.len() <= MAX_MESSAGE_BYTES && cut.len() > MAX_MESSAGE_BYTES - 4,
        "{}",
        cut.len()
    );
    assert!(cut.ends_with("é…"));
    assert_eq!(
        StepFailure::new(ErrorCode::StepFailed, cut.clone()).message,
        cut,
        "cut once"
    );
}

//! Gauges are what is true at the moment of the scrape; money is never lost.

use std::{sync::Arc, thread, time::Duration};

use aos_spec::{Money, RunStatus};

use crate::fixture::{attempt, cents, check, commit, exporter, finish, start};

#[test]
fn a_run_ages_although_nothing_happens() {
    let (exporter, clock) = exporter();
    start(&exporter, "hung", false);
    check(
        &exporter,
        "nova_workflow_running_age_seconds{run_id=\"hung\"}",
        0.0,
    );
    clock.advance(Duration::from_secs(7200));
    check(
        &exporter,
        "nova_workflow_running_age_seconds{run_id=\"hung\"}",
        7200.0,
    );
}

#[test]
fn a_run_that_has_ended_is_gone_at_the_next_scrape() {
    let (exporter, _) = exporter();
    start(&exporter, "a", false);
    finish(&exporter, "a", RunStatus::Completed, Duration::ZERO);
    assert!(!exporter.render().contains("run_id=\"a\""));
    check(
        &exporter,
        "nova_workflow_running_age_seconds{run_id=\"none\"}",
        0.0,
    );
}

#[test]
fn a_dear_step_is_not_hidden_by_many_cheap_ones() {
    let (exporter, _) = exporter();
    commit(&exporter, "dear", cents("500"));
    for n in 0..1_000 {
        commit(&exporter, &format!("cheap{n}"), cents("0.01"));
    }
    check(
        &exporter,
        "nova_workflow_step_cost_cents{step_id=\"dear\"}",
        500.0,
    );
    for n in 0..300 {
        commit(&exporter, &format!("middling{n}"), cents("1"));
    }
    let text = exporter.render();
    assert!(!text.contains("cheap"), "{text}");
    assert_eq!(text.matches("nova_workflow_step_cost_cents{").count(), 200);
}

#[test]
fn the_cost_of_a_step_is_the_last_one_and_is_forgotten_after_ten_minutes() {
    let (exporter, clock) = exporter();
    commit(&exporter, "a", cents("500"));
    commit(&exporter, "a", Money::ZERO);
    commit(&exporter, "free", Money::ZERO);
    check(&exporter, "nova_workflow_step_cost_cents{step_id=\"a\"}", 0.0);
    assert!(!exporter.render().contains("step_id=\"free\""));
    clock.advance(Duration::from_secs(601));
    check(&exporter, "nova_workflow_step_cost_cents{step_id=\"none\"}", 0.0);
    assert!(!exporter.render().contains("step_id=\"a\""));
}

#[test]
fn fractions_of_cents_are_carried_by_all_threads_together() {
    let (exporter, _) = exporter();
    let exporter = Arc::new(exporter);
    let threads = (0..4).map(|_| {
        let exporter = Arc::clone(&exporter);
        thread::spawn(move || {
            (0..1_000).for_each(|_| attempt(&exporter, "llm", Duration::ZERO, cents("0.0033")));
        })
    });
    threads
        .collect::<Vec<_>>()
        .into_iter()
        .for_each(|thread| thread.join().unwrap());
    // 4,000 × 0.0033 cents = 13.2 cents; each alone would round to nothing.
    check(&exporter, "nova_workflow_cost_cents_total", 13.0);
}

#[test]
fn a_full_table_takes_dearer_steps_and_any_when_the_old_ones_are_forgotten() {
    let (exporter, clock) = exporter();
    for n in 0..200 {
        commit(&exporter, &format!("first{n}"), cents("2"));
    }
    commit(&exporter, "as-dear", cents("2"));
    commit(&exporter, "cheaper", cents("1"));
    commit(&exporter, "dearer", cents("3"));
    let text = exporter.render();
    assert!(!text.contains("as-dear") && !text.contains("cheaper") && text.contains("dearer"));
    // What is shown and gets cheaper makes room for what was too cheap before.
    commit(&exporter, "dearer", cents("0.5"));
    commit(&exporter, "cheaper", cents("1"));
    let text = exporter.render();
    assert!(text.contains("cheaper") && !text.contains("dearer"), "{text}");
    clock.advance(Duration::from_secs(601));
    commit(&exporter, "late", cents("0.1"));
    check(&exporter, "nova_workflow_step_cost_cents{step_id=\"late\"}", 0.1);
}

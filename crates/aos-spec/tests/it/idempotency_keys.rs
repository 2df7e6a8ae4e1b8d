//! Idempotency keys: their form, and what the parameters of a run make of them.

use aos_spec::{check::check_text, source::Format};
use serde_json::Value;

use crate::problems::{accept, check_step, check_yaml};

#[test]
fn idempotency_keys_are_short_texts() {
    let wrong = |key: &str, code: &str| {
        let problem = check_step(
            &format!("idempotency_key: {key}"),
            &[&format!("5:20 {code} /steps/0/idempotency_key")],
        );
        assert!(problem.help.is_some());
    };
    wrong("''", "SCHEMA_VALIDATION_FAILED");
    wrong(&"é".repeat(256), "SCHEMA_VALIDATION_FAILED");
    wrong("\"a\\nb\"", "SCHEMA_VALIDATION_FAILED");
    wrong("order-${inputs.id}", "INVALID_REFERENCE");
    let longest = "é".repeat(255);
    accept(&format!(
        "id: w\nsteps: [{{id: a, skill_id: s, idempotency_key: {longest}}}]\n"
    ));
}

#[test]
fn idempotency_keys_refer_to_parameters_of_the_run_and_to_nothing_else() {
    check_yaml(
        "\
id: w
inputs: {order: {type: any}}
steps:
- {id: a, skill_id: s, idempotency_key: 'k-${inputs.ordre}'}
- {id: b, skill_id: s, idempotency_key: 'k-${a.order}'}
- {id: c, skill_id: s, idempotency_key: 'k-${'}
",
        &[
            "4:41 INVALID_REFERENCE /steps/0/idempotency_key",
            "5:41 INVALID_REFERENCE /steps/1/idempotency_key",
            "6:41 INVALID_REFERENCE /steps/2/idempotency_key",
        ],
    );
}

#[test]
fn idempotency_keys_are_what_the_parameters_make_of_them() {
    let text = "\
id: w
inputs: {order: {type: any}}
steps:
- {id: a, skill_id: s, idempotency_key: 'refund-${inputs.order}'}
- {id: b, skill_id: s, idempotency_key: '${inputs.order}'}
- {id: c, skill_id: s, idempotency_key: literal}
- {id: d, skill_id: s}
";
    let plan = check_text(text, Format::Yaml).expect("it has no problems");
    let bind = |order: Value| {
        let given = [("order".to_owned(), order)].into_iter().collect();
        let inputs = plan.bind_inputs(&given).map_err(|problems| {
            let problems = problems.iter();
            problems
                .map(|problem| format!("{} {}", problem.code, problem.pointer))
                .collect::<Vec<_>>()
        })?;
        let keys = plan.steps().iter().map(|step| {
            let key = plan.idempotency_key(step.index(), &inputs);
            key.expect("it was bound").unwrap_or_default()
        });
        Ok::<_, Vec<String>>(keys.collect::<Vec<_>>())
    };
    assert_eq!(
        bind("A-7".into()),
        Ok(["refund-A-7", "A-7", "literal", ""].map(String::from).to_vec())
    );
    assert_eq!(
        bind(7.into()),
        Ok(["refund-7", "7", "literal", ""].map(String::from).to_vec())
    );
    for (order, wrong) in [
        ("", "SCHEMA_VALIDATION_FAILED /steps/1/idempotency_key"),
        ("literal", "INVALID_SPEC /steps/2/idempotency_key"),
        ("a\nb", "SCHEMA_VALIDATION_FAILED /steps/0/idempotency_key"),
    ] {
        let problems = bind(order.into()).expect_err("it is no key");
        assert!(problems.contains(&wrong.to_owned()), "{problems:?}");
    }
}

#[test]
fn two_steps_cannot_share_an_idempotency_key() {
    check_yaml(
        "\
id: w
steps:
- {id: a, skill_id: s, idempotency_key: k}
- {id: b, skill_id: s, idempotency_key: other}
- {id: c, skill_id: s, idempotency_key: k}
",
        &["5:41 INVALID_SPEC /steps/2/idempotency_key"],
    );
}

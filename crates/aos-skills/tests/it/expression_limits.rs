//! Expressions that would take all time, memory or stack.

use aos_spec::ErrorCode::{FuelExhausted, OutputTooLarge, TransformError};
use serde_json::{Value, json};

use crate::support::{check_transform, check_transform_failure};

#[test]
fn deep_brackets_are_refused() {
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("{'a':", "}"),
        ("int(", ")"),
        ("[1].map(x, ", ")"),
        ("has(", ")"),
    ] {
        let expression = format!("{}1{}", open.repeat(5_000), close.repeat(5_000));
        check_transform_failure(
            &expression,
            &Value::Null,
            TransformError,
            "nested more than 64 levels deep",
        );
    }
    let conditionals = format!("{}1{}", "true ? ".repeat(5_000), " : 2".repeat(5_000));
    check_transform_failure(
        &conditionals,
        &Value::Null,
        TransformError,
        "nested more than 64 levels deep",
    );
}

#[test]
fn brackets_up_to_the_limit_are_evaluated() {
    let nested =
        |open: &str, inner: &str, close: &str| format!("{}{inner}{}", open.repeat(63), close.repeat(63));
    check_transform(&nested("(", "1", ")"), &Value::Null, &json!(1));
    check_transform(&nested("math.abs(-1 + ", "1", ")"), &Value::Null, &json!(0));
    check_transform(&nested("data.map(x, ", "0", ")[0]"), &json!([1]), &json!(0));
    check_transform(
        &nested("cel.bind(x, 1, x * 1 + ", "3", ")"),
        &Value::Null,
        &json!(66),
    );
}

#[test]
fn chains_of_any_length_take_no_stack() {
    check_transform(&vec!["1"; 10_000].join("+"), &Value::Null, &json!(10_000));
    check_transform(&vec!["true"; 10_000].join("&&"), &Value::Null, &json!(true));
    check_transform(&format!("{}true", "!".repeat(60_000)), &Value::Null, &json!(true));
    check_transform(
        &format!("data{}", ".reverse()".repeat(6_000)),
        &json!([1, 2]),
        &json!([1, 2]),
    );
    check_transform(
        &format!("{}3", "false ? 1 : ".repeat(5_000)),
        &Value::Null,
        &json!(3),
    );
    check_transform(
        &format!("[{}].size()", "1,".repeat(20_000)),
        &Value::Null,
        &json!(20_000),
    );
}

#[test]
fn a_long_expression_is_refused() {
    check_transform_failure(
        &" ".repeat(70_000),
        &Value::Null,
        TransformError,
        "longer than 65536 bytes",
    );
}

#[test]
fn deep_values_are_refused() {
    let deeper = |levels| format!("[1]{}", ".map(x, [x])".repeat(levels));
    check_transform(&format!("{}.size()", deeper(63)), &Value::Null, &json!(1));
    check_transform_failure(
        &deeper(64),
        &Value::Null,
        TransformError,
        "nested more than 64 levels deep",
    );
    let mut data = json!(1);
    for _ in 0..200 {
        data = json!([data]);
    }
    check_transform_failure("1", &data, TransformError, "nested more than 64 levels deep");
    let text = format!("{}{}", "[".repeat(100), "]".repeat(100));
    check_transform_failure(
        "parseJson(data)",
        &json!(text),
        TransformError,
        "nested more than 64 levels deep",
    );
}

#[test]
fn work_runs_out_of_fuel() {
    let numbers: Vec<_> = (0..3_000).collect();
    let check = |expression: &str| {
        check_transform_failure(expression, &json!(numbers), FuelExhausted, "too many steps");
    };
    check("data.map(a, data.map(b, a * b)).size()");
    check("data.all(a, data.all(b, data.all(c, true)))");
    check("data.map(a, data) == data.map(a, data)");
    check("data.map(a, data).sort().size()");
    check("data.sortBy(a, data).size()");
    check("data.map(a, data).distinct().size()");
    check("data in data.map(a, data)");
    check("data.filter(a, data == data).size()");
    check("toJson(data.map(a, data))");
    check("data.map(a, data).flatten().size()");
}

#[test]
fn memory_runs_out_of_fuel() {
    let text = "x".repeat(500_000);
    let numbers: Vec<_> = (0..500).collect();
    let data = json!({ "text": text, "numbers": numbers });
    let check =
        |expression: &str| check_transform_failure(expression, &data, FuelExhausted, "too much memory");
    check("data.numbers.map(n, data.text).join('')");
    check("data.numbers.join(data.text)");
    check("data.numbers.map(n, data.text + string(n)).size()");
    check("data.text.replace('', data.text)");
    check("data.text.replace('x', data.text)");
    check("'%s'.format([data.numbers.map(n, data.text)])");
    check("data.numbers.map(n, data.text.split('')).size()");
    check("data.numbers.filter(n, data.text.matches('(a|b)*c$')).size()");
}

#[test]
fn sharing_does_not_make_outputs_huge() {
    let data = json!({ "text": "x".repeat(100_000), "numbers": (0..500).collect::<Vec<_>>() });
    check_transform_failure(
        "data.numbers.map(n, data.text)",
        &data,
        OutputTooLarge,
        "larger than 16777216 bytes",
    );
    check_transform("data.numbers.map(n, data.text).size()", &data, &json!(500));
}

#[test]
fn a_hundred_thousand_rows_are_no_problem() {
    let rows: Vec<_> = (0..100_000)
        .map(|n| json!({ "level": (if n % 2 == 0 { "INFO" } else { "WARN" }), "ms": n }))
        .collect();
    check_transform(
        "data.groupBy(r, r.level).transformMap(k, v, v.map(r, r.ms).sum())",
        &json!(rows),
        &json!({ "INFO": 2_499_950_000_u64, "WARN": 2_500_000_000_u64 }),
    );
}

//! What is wrong with an expression, and where.

use aos_spec::ErrorCode::TransformError;
use serde_json::{Value, json};

use crate::support::{check_transform_failure, transform};

#[track_caller]
fn check(expression: &str, message: &str) {
    let data = json!({ "rows": [{ "level": "INFO" }], "n": 1, "s": "é" });
    check_transform_failure(expression, &data, TransformError, message);
}

#[test]
fn syntax_errors_name_the_place() {
    check("", "line 1, column 1: found the end where a value should be");
    check("1 +", "line 1, column 4: found the end where a value should be");
    check(
        "1 2",
        "line 1, column 3: found a int where an operator or the end should be",
    );
    check(
        "data.\n  rows[0",
        "line 2, column 9: found the end where `]` should be",
    );
    check("'é' + )", "line 1, column 7: found `)` where a value should be");
    check(
        "data.n = 1",
        "line 1, column 8: `=` is not an operator; `==` compares",
    );
    check(
        "true & false",
        "line 1, column 6: `&` is not an operator; `&&` joins conditions",
    );
    check("'abc", "line 1, column 1: the text has no closing quote");
    check(
        "'ab\ncd'",
        "line 1, column 1: the text has no closing quote in its line",
    );
    check("'\\", "the text has no closing quote");
    check(r"'a\q'", r"line 1, column 3: unknown escape; `\\` is a backslash");
    check(r"'\ud800'", "needs 4 hex digits of a character");
    check(r"'\u00é'", "needs 4 hex digits of a character");
    check("12abc", "line 1, column 1: not a number");
    check("1e400", "the result is not a finite number");
    check("1 # 2", "line 1, column 3: `#` has no meaning here");
    check("{'a' 1}", "line 1, column 6: found a int where `:` should be");
    check("in", "`in` stands between two values");
}

#[test]
fn unknown_names_are_found_before_anything_is_evaluated() {
    check(
        "false && rows",
        "line 1, column 10: no variable `rows`; the variables are `data`",
    );
    check(
        "data.rows.map(r, row)",
        "no variable `row`; the variables are `data`, `r`",
    );
    check("false ? data.foo(1) : 1", "line 1, column 14: no function `foo`");
    check("size()", "line 1, column 1: `size` is written `value.size()`");
    check("data.s.split()", "`split` is written `string.split(separator)`");
    check("data.rows.map(r)", "found `)` where `,` should be");
    check(
        "data.rows.sortBy(r, 1, 2)",
        "`sortBy` is written `sortBy(x, expression)`",
    );
    check("data.transformMap(k, v)", "found `)` where `,` should be");
    check("has(data)", "`has` is written `has(value.field)`");
    check(
        "data.s.matches(data.s)",
        "line 1, column 16: found `data` where a literal text should be",
    );
    check("data.s.matches('(')", "not a usable pattern");
    check("math.sqrt(2)", "no function `math.sqrt`");
    check("cel", "no variable `cel`");
}

#[test]
fn faults_of_the_data_name_the_place() {
    check(
        "data.rows[0].levle",
        "line 1, column 14: no field `levle`; there are `level`",
    );
    check(
        "data.rows[1]",
        "line 1, column 10: no item 1: the list has 1, counted from 0",
    );
    check("data.rows[-1]", "no item -1");
    check("data.n.x", "line 1, column 8: int has no fields");
    check("data['rows']['a']", "list is not indexed by string");
    check(
        "data.rows.map(r, r.level + 1)",
        "column 26: `+` does not take string and int; `string(…)` makes a string",
    );
    check("1 < 'a'", "line 1, column 3: `<` does not take int and string");
    check(
        "data.n && true",
        "line 1, column 1: a condition is a bool, and this is int",
    );
    check(
        "true && data.n",
        "line 1, column 9: a condition is a bool, and this is int",
    );
    check("!1", "a condition is a bool, and this is int");
    check("data.n ? 1 : 2", "a condition is a bool");
    check("-'a'", "`-` does not take string");
    check("1 / 0", "line 1, column 3: division by zero");
    check("1 % 0", "division by zero");
    check("1.5 / 0.0", "division by zero");
    check(
        "18446744073709551615 + 1",
        "line 1, column 22: the integer does not fit in 64 bits",
    );
    check("-9223372036854775808 - 1", "the integer does not fit in 64 bits");
    check(
        "18446744073709551615 * 18446744073709551615",
        "the integer does not fit in 64 bits",
    );
    check("99999999999999999999", "the integer does not fit in 64 bits");
    check("1e308 * 10", "the result is not a finite number");
    check("double('nan')", "the result is not a finite number");
    check("int('12a')", "`12a` is not an integer");
    check("int(1e30)", "the integer does not fit in 64 bits");
    check("string(data)", "`toJson` does");
    check("{'a': 1, 'a': 2}", "the map has this key twice");
    check("{1: 2}", "line 1, column 2: the keys of a map are strings");
    check(
        "data.rows.groupBy(r, 1)",
        "line 1, column 22: int is not the key of a map",
    );
    check("[].avg()", "an empty list has no average");
    check("[].min()", "an empty list has no smallest item");
    check("['a'].sum()", "`sum` takes numbers, and there is string");
    check("'abc'.substring(2, 1)", "2 to 1 is no range within a length of 3");
    check("'abc'.substring(4)", "4 to 3 is no range within a length of 3");
    check("data.n.contains('a')", "`contains` does not take int, string");
    check("'%d'.format([1.5])", "`%d` does not take double");
    check("'%x'.format([1])", "the directives of `format` are");
    check("'%.21f'.format([1])", "the directives of `format` are");
    check("'%s'.format([])", "more directives than values");
    check("'%s'.format([1, 2])", "more values than directives");
    check("parseJson('{')", "the text is not JSON");
    check("data.n.map(x, x)", "int has no items");
}

#[test]
fn place_is_in_the_details_too() {
    let failure = transform("1 +\n é", &Value::Null).unwrap_err();
    assert_eq!(failure.details, Some(json!({ "line": 2, "column": 2 })));
}

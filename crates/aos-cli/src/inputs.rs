//! The parameters of a run, from `--input` and `--input-file`.

use aos_spec::{ErrorCode, WorkflowPlan, WorkflowSpec, check::Problem, workflow::InputType};
use serde_json::{Map, Value};

use crate::{error::CliError, exit::Exit, problem::ProblemReport, render::diagnostic};

/// One `--input`: its name, and its value as it was written.
#[derive(Debug, Clone)]
pub(crate) struct Input {
    name: String,
    value: Given,
}

#[derive(Debug, Clone)]
enum Given {
    /// After `=`: JSON where that is of the declared type, otherwise text.
    Text(String),
    /// After `:=`.
    Json(Value),
}

impl Input {
    /// Reads `NAME=VALUE` or `NAME:=JSON`, as clap's parsers do.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (name, value) = text
            .split_once('=')
            .ok_or("write it as NAME=VALUE or NAME:=JSON")?;
        let (name, value) = match name.strip_suffix(':') {
            None => (name, Given::Text(value.into())),
            Some(name) => {
                let value = serde_json::from_str(value)
                    .map_err(|error| format!("after `:=` stands JSON: {error}"))?;
                (name, Given::Json(value))
            }
        };
        if name.is_empty() {
            return Err("the name is missing before `=`".into());
        }
        Ok(Self {
            name: name.into(),
            value,
        })
    }

    fn into_value(self, spec: &WorkflowSpec) -> (String, Value) {
        let value = match self.value {
            Given::Json(value) => value,
            Given::Text(text) => {
                let kind = spec
                    .inputs
                    .get(&self.name)
                    .map_or(InputType::String, |parameter| parameter.kind);
                let json = serde_json::from_str(&text)
                    .ok()
                    .filter(|value| kind.admits(value));
                json.unwrap_or(Value::String(text))
            }
        };
        (self.name, value)
    }
}

/// Returns the parameters of a run of `plan`: those of `file`, replaced by those of `given`, with defaults filled in.
pub(crate) fn bind(
    plan: &WorkflowPlan,
    file: Map<String, Value>,
    given: Vec<Input>,
) -> Result<Map<String, Value>, CliError> {
    let mut named = Map::new();
    for input in given {
        let (name, value) = input.into_value(plan.spec());
        if named.contains_key(&name) {
            let error = CliError::usage(
                format!("the parameter `{name}` is given twice"),
                "remove one of the two",
            );
            return Err(error.at(format_args!("--input {name}")));
        }
        named.insert(name, value);
    }
    let mut values = file;
    values.extend(named);
    plan.bind_inputs(&values).map_err(|problems| refuse(&problems))
}

/// Returns the error for parameters that do not fit.
fn refuse(problems: &[Problem]) -> CliError {
    let mut errors: Vec<_> = problems
        .iter()
        .map(|problem| {
            let error = CliError::new(problem.code, &problem.message).ending(Exit::Usage);
            let error = error.at(format_args!(
                "--input {}",
                problem.pointer.trim_start_matches('/')
            ));
            match &problem.help {
                Some(help) => error.instead(help),
                None => error,
            }
        })
        .collect();
    if errors.len() == 1 {
        return errors.remove(0);
    }
    let mut report = ProblemReport::new("--input", "", problems);
    report.text = errors.iter().map(diagnostic::error).collect();
    let mut error = CliError::new(
        ErrorCode::InvalidInput,
        format!("{} parameters do not fit", errors.len()),
    );
    error.problems = Some(Box::new(report));
    error
        .ending(Exit::Usage)
        .instead("the workflow declares its parameters under `inputs`")
}

#[cfg(test)]
mod tests {
    use aos_spec::{WorkflowPlan, WorkflowSpec};
    use serde_json::{Map, Value, json};

    use super::{Input, bind};

    fn plan() -> WorkflowPlan {
        let spec: WorkflowSpec = serde_json::from_value(json!({
            "id": "w",
            "inputs": {
                "text": { "type": "string", "default": "" },
                "count": { "type": "integer", "default": 1 },
                "list": { "type": "array", "default": [] },
                "thing": { "type": "any", "default": null },
            },
            "steps": [{ "id": "a", "skill_id": "s" }],
        }))
        .unwrap();
        WorkflowPlan::new(spec).unwrap()
    }

    #[track_caller]
    fn check(given: &[&str], expect: Result<Value, &str>) {
        let given = given
            .iter()
            .map(|text| Input::parse(text))
            .collect::<Result<Vec<_>, _>>();
        let file: Map<String, Value> = [("text".into(), json!("from file"))].into_iter().collect();
        let bound = given
            .map_err(|error| error.to_string())
            .and_then(|given| bind(&plan(), file, given).map_err(|error| error.message));
        match (bound, expect) {
            (Ok(bound), Ok(expect)) => {
                for (name, value) in expect.as_object().unwrap() {
                    assert_eq!(&bound[name], value, "{name}");
                }
            }
            (Err(message), Err(expect)) => assert!(message.contains(expect), "{message}"),
            (actual, _) => panic!("{actual:?}"),
        }
    }

    #[test]
    fn values_are_json_where_that_fits_the_declared_type() {
        check(&[], Ok(json!({ "text": "from file", "count": 1 })));
        check(&["text=42"], Ok(json!({ "text": "42" })));
        check(&["text=a=b"], Ok(json!({ "text": "a=b" })));
        check(&["text="], Ok(json!({ "text": "" })));
        check(&["count=42"], Ok(json!({ "count": 42 })));
        check(&["list=[1,2]"], Ok(json!({ "list": [1, 2] })));
        check(&["thing=true"], Ok(json!({ "thing": true })));
        check(&["thing=maybe"], Ok(json!({ "thing": "maybe" })));
        check(&[r#"thing:={"a":1}"#], Ok(json!({ "thing": { "a": 1 } })));
        check(&["count=many"], Err("must be of type `integer`"));
        check(&["count:=many"], Err("after `:=` stands JSON"));
        check(&["count"], Err("NAME=VALUE"));
        check(&["=1"], Err("the name is missing"));
        check(&["count=1", "count=2"], Err("is given twice"));
        check(&["cuont=1"], Err("has no parameter `cuont`"));
        check(&["cuont=1", "count=x"], Err("2 parameters do not fit"));
    }
}

//! The functions of the language.
//!
//! A function is called as `f(a, b)` or as `a.f(b)`; both are the same.

mod convert;
mod format;
mod list;
mod map;
mod math;
mod text;

use super::{fault::Fault, fuel::Fuel, value::Value};

/// A function of the language.
#[derive(Debug, Clone, Copy)]
pub(super) struct Function {
    name: &'static str,
    /// How it is written, which stands in `language.md` as well.
    usage: &'static str,
    /// The fewest arguments, counting what stands before the dot.
    min_arguments: usize,
    /// The most arguments.
    max_arguments: usize,
    call: fn(&mut Fuel, &[Value]) -> Result<Value, Fault>,
}

/// Returns a row of the tables of functions.
const fn function(
    name: &'static str,
    usage: &'static str,
    (min_arguments, max_arguments): (usize, usize),
    call: fn(&mut Fuel, &[Value]) -> Result<Value, Fault>,
) -> Function {
    Function {
        name,
        usage,
        min_arguments,
        max_arguments,
        call,
    }
}

impl Function {
    /// Returns the function with this name that takes this many arguments.
    pub(super) fn find(name: &str, n_arguments: usize) -> Result<Self, Fault> {
        let Some(function) = Self::all().find(|function| function.name == name) else {
            return Err(Fault::new(format!("no function `{name}`")));
        };
        if (function.min_arguments..=function.max_arguments).contains(&n_arguments) {
            Ok(*function)
        } else {
            Err(Fault::new(format!("`{name}` is written `{}`", function.usage)))
        }
    }

    fn all() -> impl Iterator<Item = &'static Self> {
        [
            convert::FUNCTIONS,
            text::FUNCTIONS,
            list::FUNCTIONS,
            map::FUNCTIONS,
            math::FUNCTIONS,
        ]
        .into_iter()
        .flatten()
    }

    /// Calls the function, with as many arguments as it was found with.
    pub(super) fn call(self, fuel: &mut Fuel, arguments: &[Value]) -> Result<Value, Fault> {
        (self.call)(fuel, arguments)
    }
}

/// Returns the fault that a function does not take arguments of these types.
fn refused(name: &str, arguments: &[Value]) -> Fault {
    let types: Vec<_> = arguments.iter().map(Value::type_name).collect();
    Fault::new(format!("`{name}` does not take {}", types.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::Function;

    #[test]
    fn every_function_stands_in_the_reference() {
        let reference = include_str!("../language.md");
        for function in Function::all() {
            assert!(
                reference.contains(&format!("`{}`", function.usage)),
                "{}",
                function.usage
            );
        }
    }
}

//! Canonical order, and the cycles that stand in its way.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, BinaryHeap, VecDeque},
};

/// The dependencies of each step, as positions in the list of steps.
pub(super) type Dependencies = Vec<BTreeSet<usize>>;

/// Returns positions in canonical order; steps on or behind a cycle are left out.
///
/// Source: A. B. Kahn, "Topological sorting of large networks", 1962, with a heap that yields the lowest position.
pub(super) fn canonical(dependencies: &Dependencies) -> Vec<usize> {
    let mut missing: Vec<_> = dependencies.iter().map(BTreeSet::len).collect();
    let mut dependents = vec![Vec::new(); dependencies.len()];
    for (position, needed) in dependencies.iter().enumerate() {
        for on in needed {
            dependents[*on].push(position);
        }
    }
    let mut ready: BinaryHeap<_> = (0..missing.len())
        .filter(|position| missing[*position] == 0)
        .map(Reverse)
        .collect();
    let mut order = Vec::with_capacity(missing.len());
    while let Some(Reverse(position)) = ready.pop() {
        order.push(position);
        for dependent in &dependents[position] {
            missing[*dependent] -= 1;
            if missing[*dependent] == 0 {
                ready.push(Reverse(*dependent));
            }
        }
    }
    order
}

/// Returns one cycle for each group of steps that wait for one another, given the `order` of the steps that do not.
///
/// Each is a shortest one through the lowest step of its group, starts there, and leads from a step to one that it
/// depends on.
pub(super) fn cycles(dependencies: &Dependencies, order: &[usize]) -> Vec<Vec<usize>> {
    if order.len() == dependencies.len() {
        return Vec::new();
    }
    let group_of = groups(dependencies);
    let mut done = BTreeSet::new();
    let mut cycles = Vec::new();
    for start in 0..dependencies.len() {
        // Only a step that is alone in its group and does not depend on itself has no way back.
        if done.insert(group_of[start])
            && let Some(cycle) = shortest_way_back(start, dependencies, &group_of)
        {
            cycles.push(cycle);
        }
    }
    cycles
}

/// Returns the steps of a shortest cycle through `start` within its group.
fn shortest_way_back(start: usize, dependencies: &Dependencies, group_of: &[usize]) -> Option<Vec<usize>> {
    let mut reached_from = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(position) = queue.pop_front() {
        for next in dependencies[position].iter().copied() {
            if group_of[next] == group_of[start] && !reached_from.contains_key(&next) {
                reached_from.insert(next, position);
                queue.push_back(next);
            }
        }
    }
    let mut cycle = vec![*reached_from.get(&start)?];
    while let Some(last) = cycle.last().filter(|last| **last != start) {
        cycle.push(*reached_from.get(last)?);
    }
    cycle.reverse();
    Some(cycle)
}

/// Returns the number of the strongly connected component that each step belongs to.
///
/// Source: S. R. Kosaraju's algorithm as described by M. Sharir, "A strong-connectivity algorithm and its applications
/// in data flow analysis", 1981, with explicit stacks, since a chain of steps can be long.
fn groups(dependencies: &Dependencies) -> Vec<usize> {
    let n_steps = dependencies.len();
    let mut finished = Vec::with_capacity(n_steps);
    let mut seen = vec![false; n_steps];
    for start in 0..n_steps {
        if std::mem::replace(&mut seen[start], true) {
            continue;
        }
        let mut path = vec![(start, dependencies[start].iter())];
        while let Some((position, rest)) = path.last_mut() {
            match rest.next() {
                Some(next) if !std::mem::replace(&mut seen[*next], true) => {
                    path.push((*next, dependencies[*next].iter()));
                }
                Some(_) => {}
                None => {
                    finished.push(*position);
                    path.pop();
                }
            }
        }
    }
    let mut dependents = vec![Vec::new(); n_steps];
    for (position, needed) in dependencies.iter().enumerate() {
        for on in needed {
            dependents[*on].push(position);
        }
    }
    let mut group_of = vec![usize::MAX; n_steps];
    for start in finished.into_iter().rev() {
        let mut open = vec![start];
        while let Some(position) = open.pop() {
            if group_of[position] == usize::MAX {
                group_of[position] = start;
                open.extend(&dependents[position]);
            }
        }
    }
    group_of
}

-- What was spent from an account within one period. Amounts are micro-cents, as all amounts here.
create table budget_spent (
    account text not null,
    period  text not null,
    window  text not null,
    spent   integer not null check (spent >= 0),
    primary key (account, period, window)
) strict, without rowid;

-- What runs were charged, and what those hold that have not let go. Both count from the beginning of the run.
create table budget_runs (
    run_id  text primary key,
    charged integer not null check (charged >= 0),
    held    integer
) strict, without rowid;
create index budget_runs_holding on budget_runs(run_id) where held is not null;

-- Where a run that holds something will be charged.
create table budget_holds (
    account text not null,
    period  text not null,
    window  text not null,
    run_id  text not null references budget_runs(run_id),
    primary key (account, period, window, run_id)
) strict, without rowid;
create index budget_holds_of_run on budget_holds(run_id);

-- When the next request of a kind is due.
create table rate_limits (
    key text primary key,
    due integer not null
) strict, without rowid;

-- Every emergency stop there ever was. One that is on has not been released.
create table emergency_stops (
    generation         integer primary key,
    scope              text not null,
    reason             text not null,
    stopped_at         integer not null,
    release_generation integer,
    release_reason     text,
    released_at        integer
) strict;
create unique index emergency_stops_on on emergency_stops(scope) where release_generation is null;

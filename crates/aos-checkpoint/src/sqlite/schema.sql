-- Specifications, each kept once however many runs it has.
create table workflow_specs (
    spec_no integer primary key,
    hash    text not null unique,
    spec    text not null
) strict;

-- One row for each run. It is written when the run starts, changes its owner or its state, and ends; never per step.
create table workflow_checkpoints (
    run_no           integer primary key,
    run_id           text not null unique,
    workflow_id      text not null,
    status           text not null check (status in (/*statuses*/)),
    version          integer not null,
    -- The fencing token: higher at each acquisition.
    token            integer not null,
    owner            text,
    requested        text check (requested in ('pause', 'cancel')),
    next_step_index  integer not null,
    last_result_hash text not null,
    steps_total      integer not null,
    error            text,
    elapsed_ms       integer not null,
    -- Microseconds since 1970-01-01 UTC, as all moments here.
    created_at       integer not null,
    updated_at       integer not null,
    spec_no          integer not null references workflow_specs(spec_no),
    -- The rest of what the run was started with, as JSON, and its hash together with that of the specification.
    header           text not null,
    header_hash      text not null,
    check ((owner is not null) = (status = 'running'))
) strict;
create index workflow_checkpoints_by_status on workflow_checkpoints(status, updated_at);
create index workflow_checkpoints_by_update on workflow_checkpoints(updated_at);
create index workflow_checkpoints_by_spec on workflow_checkpoints(spec_no);
create index workflow_checkpoints_requested on workflow_checkpoints(owner) where requested is not null;

-- The journals of all runs, in the order of arrival: a commit touches the last pages only, however many runs it
-- carries.
create table workflow_steps (
    pos         integer primary key,
    run_no      integer not null references workflow_checkpoints(run_no),
    step        integer not null,
    -- 1: an attempt is about to begin, 2: an attempt failed and will be tried again, 3: the step has ended,
    -- 4: a rule refused an attempt.
    kind        integer not null,
    attempt     integer not null,
    body        text not null,
    -- The first eight bytes of the SHA-256 of the body.
    hash        integer not null,
    duration_ms integer not null,
    elapsed_ms  integer not null
) strict;
create unique index workflow_steps_of_run on workflow_steps(run_no, step, kind, attempt);

-- Who may hold leases, and until when.
create table workflow_workers (
    worker_id  text primary key,
    expires_at integer not null,
    -- Whether its process holds a lock on a file beside this one for as long as it lives.
    locks_file integer not null
) strict, without rowid;

-- The highest token of any deleted run: a run that is created again starts above it.
create table workflow_deletions (
    highest_token integer not null
) strict;
insert into workflow_deletions(highest_token) values (0);

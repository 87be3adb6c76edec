/**
 * What all scripts begin with. `KEYS[1]` is the prefix of all keys. A script runs whole, with nothing in between, and takes
 * the time from the server.
 *
 * A job is a hash, `job:<id>`, with the columns of `JobRow` (moments in ms, what is `null` absent) and
 * - `queue`, `ticket`: where BullMQ has it, and under which id; a ticket that the hash does not name is void;
 * - `token`: of the claim under which it runs. The claim's lease is BullMQ's lock of the ticket;
 * - `settled`: the token of the claim that was settled last, and how;
 * - `losses`: how many workers in a row were lost with it.
 */
export const JOB_LUA = `
local P = KEYS[1]
local call = redis.call
local time = call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- A job that takes its worker down so many times in a row is not tried again.
local MOST_LOSSES = 3
-- How long whoever moves a ticket may take before somebody else does it.
local MOVE_MS = 5000
local FINAL = { completed = true, failed = true, cancelled = true }

local function int(number)
  return string.format('%.0f', number)
end

local function index_of(status, job_type)
  return P .. ':index:' .. status .. ':' .. job_type
end

local function lock_of(queue, ticket)
  return P .. ':q:' .. queue .. ':' .. ticket .. ':lock'
end

-- Has the running jobs of a queue looked at again by then.
local function look_within(queue, ms)
  call('ZADD', P .. ':looks', 'LT', int(now + ms), queue)
end

local function fields_of(key)
  local flat = call('HGETALL', key)
  if #flat == 0 then return nil end
  local fields = {}
  for i = 1, #flat, 2 do fields[flat[i]] = flat[i + 1] end
  return fields
end

local function read(id)
  local job = fields_of(P .. ':job:' .. id)
  if job then job.job_id = id end
  return job
end

local function read_by_ticket(ticket)
  local job = read(string.match(ticket, '^%d+'))
  return job and job.ticket == ticket and job or nil
end

local function answer(job)
  local flat = {}
  for field, value in pairs(job) do
    flat[#flat + 1] = field
    flat[#flat + 1] = value
  end
  if job.status == 'running' then
    flat[#flat + 1] = 'lease_expires_at'
    flat[#flat + 1] = int(now + math.max(0, call('PTTL', lock_of(job.queue, job.ticket))))
  end
  return flat
end

local function tell()
  call('PUBLISH', P .. ':changed', '')
end

local function log(id, level, message)
  local log_id = call('INCR', P .. ':log-id')
  call('ZADD', P .. ':log:' .. id, log_id, int(log_id) .. ' ' .. int(now) .. ' ' .. level .. ' ' .. message)
  return log_id
end

-- Gives a job another status. Of the changes, what is false is removed.
local function move(job, status, changes)
  if job.status ~= status then
    call('ZREM', index_of(job.status, job.job_type), job.job_id)
    call('ZADD', index_of(status, job.job_type), job.job_id, job.job_id)
    if job.status == 'pending' then call('HINCRBY', P .. ':pending', job.needs, -1) end
    if status == 'pending' then call('HINCRBY', P .. ':pending', job.needs, 1) end
    if FINAL[job.status] then call('ZREM', P .. ':final', job.job_id) end
    if FINAL[status] then call('ZADD', P .. ':final', int(now), job.job_id) end
  end
  changes.status = status
  local set, removed = {}, {}
  for field, value in pairs(changes) do
    if value == false then
      removed[#removed + 1] = field
      job[field] = nil
    else
      set[#set + 1] = field
      set[#set + 1] = value
      job[field] = value
    end
  end
  local key = P .. ':job:' .. job.job_id
  call('HSET', key, unpack(set))
  if #removed > 0 then call('HDEL', key, unpack(removed)) end
  tell()
end

local function finish(job, status, message)
  move(job, status, {
    completed_at = int(now), error_message = message or false, not_before = false,
    cancel_requested = false, losses = false, token = false,
  })
end

local function pend(job, changes)
  for _, field in ipairs({
    'started_at', 'completed_at', 'worker_id', 'not_before', 'cancel_requested', 'losses', 'token',
  }) do
    if changes[field] == nil then changes[field] = false end
  end
  move(job, 'pending', changes)
end

-- Takes a running job from a worker whose lease is over.
local function give_up(job)
  local told = 'worker ' .. job.worker_id .. ' was lost while it ran the job'
  local losses = (job.losses or 0) + 1
  log(job.job_id, 'WARNING', told)
  if job.cancel_requested then
    finish(job, 'cancelled', told .. '; it was to be cancelled')
  elseif losses >= MOST_LOSSES then
    finish(job, 'failed', told .. ', ' .. MOST_LOSSES .. ' times in a row')
  else
    pend(job, { losses = losses })
  end
end

-- The outbox has the jobs whose ticket may not have come to BullMQ yet.
local function send(id)
  call('ZADD', P .. ':outbox', int(now), id)
end

local function insert(job_type, config, priority, max_retries, needs, queue)
  local id = int(call('INCR', P .. ':id'))
  call('HSET', P .. ':job:' .. id, 'job_type', job_type, 'status', 'pending', 'priority', priority,
    'config', config, 'created_at', int(now), 'retry_count', 0, 'max_retries', max_retries, 'needs', needs,
    'queue', queue, 'ticket', id .. '-0')
  call('SADD', P .. ':types', job_type)
  call('SADD', P .. ':queues', queue)
  call('ZADD', index_of('pending', job_type), id, id)
  call('HINCRBY', P .. ':pending', needs, 1)
  send(id)
  return id
end
`;

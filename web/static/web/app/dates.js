// Due dates in words and in form fields. The API sends UTC; people see their local time.

const format = (options) => new Intl.DateTimeFormat("en-GB", options);
const TIME = format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const WEEKDAY = format({ weekday: "long" });
const DAY = format({ day: "numeric", month: "short" });
const DAY_AND_YEAR = format({ day: "numeric", month: "short", year: "numeric" });
const NEAR_DAYS = { "-1": "yesterday", 0: "today", 1: "tomorrow" };

// Return "today 18:00", "tomorrow 09:00", "Friday 12:00", "3 Dec 08:30" or, in another year, "3 Dec 2031 08:30".
export function dateInWords(text, now = new Date()) {
  const date = new Date(text);
  return `${dayInWords(date, now)} ${TIME.format(date)}`;
}

function dayInWords(date, now) {
  const days = countDays(now, date);
  if (days in NEAR_DAYS) return NEAR_DAYS[days];
  if (days > 1 && days < 7) return WEEKDAY.format(date);
  return (date.getFullYear() === now.getFullYear() ? DAY : DAY_AND_YEAR).format(date);
}

// Count the midnights from one date to another. Rounded, because a day with a clock change has 23 or 25 hours.
function countDays(from, to) {
  const [start, end] = [from, to].map((date) => new Date(date).setHours(0, 0, 0, 0));
  return Math.round((end - start) / 86_400_000);
}

export function isOverdue(todo, now = new Date()) {
  return todo.status === "open" && todo.due_at !== null && new Date(todo.due_at) < now;
}

// Return a todo's due date in words, with "overdue" where it is; "" without a due date.
export function dueInWords(todo, now = new Date()) {
  if (!todo.due_at) return "";
  const words = dateInWords(todo.due_at, now);
  return isOverdue(todo, now) ? `overdue, ${words}` : words;
}

// Return the value of a datetime-local field for a date of the API, or "" for none.
export function toLocalField(text) {
  if (!text) return "";
  const date = new Date(text);
  const local = new Date(date - date.getTimezoneOffset() * 60_000); // As UTC, it reads like the local time.
  return local.toISOString().slice(0, 16);
}

// Return the date of the API for the value of a datetime-local field, or null for an empty one.
export function fromLocalField(value) {
  return value ? new Date(value).toISOString().replace(".000Z", "Z") : null;
}

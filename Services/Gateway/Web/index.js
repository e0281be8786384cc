"use strict";
const $ = (id) => document.getElementById(id);
const samples = {
  python: 'print("Hello, World!")\n', c: '#include <stdio.h>\nint main(void) { puts("Hello, World!"); }\n',
  cpp: '#include <iostream>\nint main() { std::cout << "Hello, World!\\n"; }\n', javascript: 'console.log("Hello, World!")\n',
  bash: 'echo "Hello, World!"\n', shell: 'echo "Hello, World!"\n', ruby: 'puts "Hello, World!"\n',
  perl: 'print "Hello, World!\\n";\n', lua: 'print("Hello, World!")\n', php: '<?php echo "Hello, World!\\n";\n',
  go: 'package main\nimport "fmt"\nfunc main() { fmt.Println("Hello, World!") }\n', swift: 'print("Hello, World!")\n',
  rust: 'fn main() { println!("Hello, World!"); }\n',
  java: 'public class Main { public static void main(String[] a) { System.out.println("Hello, World!"); } }\n',
};
let token = null, languages = [], run = null, untouched = true;

const element = (tag, text, name) => {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (name) made.className = name;
  return made;
};

async function problemOf(response) {
  try { const problem = await response.json(); return problem.detail || problem.title; } catch { return `status ${response.status}`; }
}

async function signIn() {
  const response = await fetch("/v1/auth/guest", {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ name: "Guest" }) });
  if (!response.ok) throw new Error(await problemOf(response));
  token = (await response.json()).access_token;
}

async function call(path, options = {}) {
  for (let attempt = 0; ; attempt++) {
    if (!token) await signIn();
    const headers = { ...options.headers, Authorization: `Bearer ${token}` };
    const response = await fetch(path, { ...options, headers });
    if (response.status === 401 && attempt === 0) { token = null; continue; }
    if (!response.ok) throw new Error(await problemOf(response));
    return response;
  }
}

async function refreshStatus() {
  try {
    const status = await (await fetch("/v1/status")).json();
    $("services").replaceChildren(...status.services.map((service) => {
      const row = element("tr");
      const state = element("td", service.status, service.status);
      if (service.detail) state.append(element("span", service.detail, "detail"));
      row.append(element("td", service.service), state, element("td", service.version || "–"),
        element("td", `${service.latency_ms.toFixed(1)} ms`));
      return row;
    }));
    const good = status.services.filter((service) => service.status !== "fail").length;
    $("summary").textContent = `${good} of ${status.services.length} services answer`;
    $("summary").className = status.status;
  } catch {
    $("summary").textContent = "the gateway does not answer";
    $("summary").className = "fail";
  }
}

async function loadLanguages() {
  try {
    languages = (await (await fetch("/v1/runtimes")).json()).items;
    $("language").replaceChildren(...languages.map((language) => {
      const option = element("option", `${language.name} ${language.version}`);
      option.value = language.language;
      return option;
    }));
    $("language").value = languages.some((l) => l.language === "python") ? "python" : languages[0].language;
    $("run").disabled = false;
    showSample();
  } catch { setTimeout(loadLanguages, 2000); }
}

function showSample() {
  if (untouched) $("source").value = samples[$("language").value] || "";
}

function show(text, name) {
  $("output").append(element("span", text, name));
  $("output").scrollTop = $("output").scrollHeight;
}

const text = (event) => event.encoding === "base64"
  ? new TextDecoder().decode(Uint8Array.from(atob(event.content), (c) => c.charCodeAt(0))) : event.content;

async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest += value;
    for (let end; (end = rest.indexOf("\n\n")) >= 0; rest = rest.slice(end + 2)) {
      const data = rest.slice(0, end).split("\n").filter((line) => line.startsWith("data:")).map((line) => line.slice(5));
      if (data.length) yield JSON.parse(data.join("\n"));
    }
  }
}

function take(event) {
  if (event.kind === "stdout" || event.kind === "stderr") show(text(event), event.kind);
  if (event.kind === "state") $("verdict").textContent = `${event.state} …`;
  if (event.kind === "compile" && event.compile) {
    for (const item of event.compile.diagnostics || []) {
      const place = item.range ? `${item.path}:${item.range.line}:${item.range.column}` : item.path || "";
      show(`${place}: ${item.severity}: ${item.message}\n`, "note");
    }
  }
  if (event.kind === "finished" && event.run) showEnd(event.run);
}

function showEnd(ended) {
  const parts = [ended.state];
  const result = ended.execution;
  if (result) {
    if (result.exit_code !== undefined) parts.push(`exit code ${result.exit_code}`);
    parts.push(`wall ${(result.wall_us / 1000).toFixed(1)} ms`,
      `CPU ${((result.cpu_user_us + result.cpu_system_us) / 1000).toFixed(1)} ms`,
      `peak memory ${(result.memory_peak_bytes / 1048576).toFixed(1)} MiB`);
  }
  if (ended.reason) parts.push(ended.reason);
  $("verdict").textContent = parts.join(" · ");
  $("verdict").className = ended.state === "succeeded" ? "pass" : "fail";
}

async function start() {
  if ($("run").disabled) return;
  $("run").disabled = true;
  $("stop").disabled = false;
  $("output").replaceChildren();
  $("verdict").textContent = "starting …";
  $("verdict").className = "";
  try {
    const language = languages.find((l) => l.language === $("language").value);
    const name = language.language === "java" ? "Main.java" : `main.${language.extensions[0]}`;
    const body = { language: language.language, stdin: $("stdin").value, files: [{ path: name, content: $("source").value }] };
    const accepted = await call("/v1/run", { method: "POST", body: JSON.stringify(body),
      headers: { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() } });
    run = (await accepted.json()).id;
    const stream = await call(`/v1/runs/${run}/events`, { headers: { Accept: "text/event-stream" } });
    for await (const event of events(stream)) take(event);
  } catch (error) {
    $("verdict").textContent = error.message;
    $("verdict").className = "fail";
  }
  run = null;
  $("run").disabled = false;
  $("stop").disabled = true;
}

$("run").addEventListener("click", start);
$("stop").addEventListener("click", () => { if (run) call(`/v1/runs/${run}`, { method: "DELETE" }).catch(() => {}); });
$("language").addEventListener("change", showSample);
$("source").addEventListener("input", () => { untouched = false; });
document.addEventListener("keydown", (event) => { if (event.key === "Enter" && event.ctrlKey) start(); });
loadLanguages();
refreshStatus();
setInterval(refreshStatus, 3000);

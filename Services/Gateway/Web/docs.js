"use strict";
const element = (tag, text, name) => {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (name) made.className = name;
  return made;
};

const json = (value) => element("pre", JSON.stringify(value, null, 2));

function schemaText(schema, components, depth = 0) {
  if (!schema || depth > 6) return "…";
  if (schema.$ref) {
    const name = schema.$ref.split("/").pop();
    return depth > 2 ? name : schemaText(components[name], components, depth + 1);
  }
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.type === "array") return `[${schemaText(schema.items, components, depth + 1)}]`;
  if (schema.properties) {
    const pad = "  ".repeat(depth + 1);
    const required = new Set(schema.required || []);
    const lines = Object.entries(schema.properties).map(([name, value]) =>
      `${pad}${name}${required.has(name) ? "" : "?"}: ${schemaText(value, components, depth + 1)}`);
    return `{\n${lines.join("\n")}\n${"  ".repeat(depth)}}`;
  }
  if (schema.allOf) return schema.allOf.map((part) => schemaText(part, components, depth)).join(" & ");
  return schema.format || schema.type || "any";
}

function contents(content, components) {
  return Object.entries(content || {}).map(([type, media]) => {
    const box = element("div");
    box.append(element("code", type));
    if (media.schema) box.append(element("pre", schemaText(media.schema.contentSchema || media.schema, components)));
    if (media.example) box.append(element("p", "Example"), json(media.example));
    return box;
  });
}

function parameters(list) {
  const table = element("table");
  for (const item of list) {
    const row = element("tr");
    row.append(element("td", item.name), element("td", item.in + (item.required ? ", required" : "")),
      element("td", item.description));
    table.append(row);
  }
  return table;
}

function operation(path, method, data, components) {
  const box = element("details", undefined, "operation");
  const head = element("summary");
  head.append(element("span", method.toUpperCase(), "method"), element("code", path), element("span", data.summary, "hint"));
  const body = element("div", undefined, "body");
  const scopes = (data.security || []).flatMap((entry) => entry.bearer || []);
  if (data.security && data.security.length) {
    body.append(element("p", `Needs an identity${scopes.length ? ` with ${scopes.join(", ")}` : ""}.`));
  }
  if (data.parameters) body.append(parameters(data.parameters));
  if (data.requestBody) body.append(element("h3", "Request"), ...contents(data.requestBody.content, components));
  body.append(element("h3", "Answers"));
  for (const [status, answer] of Object.entries(data.responses)) {
    body.append(element("p", `${status} ${answer.description}`, status < 400 ? "pass" : "detail"));
    if (status < 400) body.append(...contents(answer.content, components));
  }
  box.append(head, body);
  return box;
}

async function load() {
  const document_ = await (await fetch("/openapi.json")).json();
  const groups = new Map(document_.tags.map((tag) => [tag.name, []]));
  let count = 0;
  for (const [path, methods] of Object.entries(document_.paths)) {
    for (const [method, data] of Object.entries(methods)) {
      groups.get(data.tags[0]).push(operation(path, method, data, document_.components.schemas));
      count++;
    }
  }
  document.getElementById("summary").textContent = `release ${document_.info.version}, ${count} operations`;
  for (const [name, operations] of groups) {
    const section = element("section");
    section.append(element("h2", name), ...operations);
    document.getElementById("groups").append(section);
  }
}

load().catch((error) => { document.getElementById("summary").textContent = error.message; });

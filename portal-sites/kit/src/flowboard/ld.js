// The extension elements of a flow, as modules/flows reads and writes them.
const attrs = (...names) => names.map((name) => ({ name, isAttr: true, type: "String" }));
const type = (name, ...properties) => ({ name, superClass: ["Element"], properties });

export const ld = {
  name: "Liandong",
  uri: "https://liandong.cn/bpmn",
  prefix: "ld",
  xml: { tagAlias: "lowerCase" },
  types: [
    type(
      "Step",
      ...attrs("kind", "level", "tenant", "department", "post", "role", "person", "substitute", "limit", "opinion", "attachments", "documents", "acts"),
      { name: "risk", type: "Risk" },
      { name: "fields", type: "Field", isMany: true },
    ),
    type("Risk", ...attrs("kind", "text", "measure")),
    type("Field", ...attrs("name", "right")),
    type("Service", ...attrs("kind")),
    type("Timer", ...attrs("days")),
    type("Wait", ...attrs("for", "key")),
    type("End", ...attrs("kind")),
    type("Many", ...attrs("over", "values", "from", "rule", "n")),
  ],
};

// ext is the extension element of a type on a business object, if there is one.
export const ext = (bo, type) => {
  const all = bo.get("extensionElements");
  return all ? all.get("values").find((v) => v.$type === type) : undefined;
};

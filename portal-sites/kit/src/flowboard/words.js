// What bpmn-js says, in Chinese: the community's translation, and ours where it is
// missing or speaks of programs rather than of offices.
import zh from "bpmn-js-i18n/translations/zn.js";

const own = {
  "Start event": "开始", "End event": "结束", "Exclusive gateway": "排他网关", "Service task": "系统任务", "User task": "人工环节", "Call activity": "调用流程",
  "Sub-process (expanded)": "子流程", "Sub-process (collapsed)": "子流程（收起）", "Search in diagram": "在图中查找", "Connect to other element": "连到其他元素",
  "Connect using association": "连到批注", "Add text annotation": "加批注", Delete: "删除", "Toggle palette": "展开或收起工具箱",
  "Open {element}": "打开{element}", "Collapse": "收起", "Expand": "展开", "No matches found": "没有找到", "No matching entries found": "没有找到",
  "Search": "查找", "Element": "元素", "Add to selection": "加入选择", "flow elements must be children of pools/participants": "流程元素要放在泳池里面",
};

export const words = {
  translate: [
    "value",
    (template, values) => (own[template] || zh[template] || template).replace(/{([^}]+)}/g, (all, key) => (values && values[key] != null ? values[key] : all)),
  ],
};

import { Graph, layout } from "@dagrejs/dagre";
import type { Question } from "../script/walk";
import { lookedAt } from "./conditions";

export type Node = { code: string; group: string; x: number; y: number; width: number; height: number };
export type Edge = { from: string; to: string; points: readonly { x: number; y: number }[] };
export type Picture = { nodes: Node[]; edges: Edge[]; width: number; height: number; apart: string[] };

const height = 34;
const margin = 12;

/**
 * Which question hangs on the answers to which, laid out from left to right.
 * Those that hang on nothing, and that nothing hangs on, stand apart.
 */
export function pictureOf(questions: readonly Question[]): Picture {
  const known = new Set(questions.map(({ code }) => code));
  const links = questions.flatMap(({ code, when }) =>
    lookedAt(when)
      .filter((from) => known.has(from))
      .map((from) => ({ from, to: code })),
  );
  const tied = new Set(links.flatMap(({ from, to }) => [from, to]));
  const graph = new Graph();
  graph.setGraph({ rankdir: "LR", nodesep: 10, ranksep: 70, marginx: margin, marginy: margin });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { code } of questions) {
    if (tied.has(code)) graph.setNode(code, { width: 30 + 7.4 * code.length, height });
  }
  for (const { from, to } of links) graph.setEdge(from, to);
  layout(graph);
  const size = graph.graph() as { width?: number; height?: number };
  const place = (code: string) => graph.node(code) as { x: number; y: number; width: number; height: number };
  return {
    nodes: questions
      .filter(({ code }) => tied.has(code))
      .map(({ code, group }) => ({ code, group, ...pick(place(code)) })),
    edges: links.map(({ from, to }) => ({
      from,
      to,
      points: (graph.edge(from, to) as { points: { x: number; y: number }[] }).points,
    })),
    width: size.width ?? 0,
    height: size.height ?? 0,
    apart: questions.filter(({ code }) => !tied.has(code)).map(({ code }) => code),
  };
}

const pick = ({ x, y, width, height }: Omit<Node, "code" | "group">) => ({ x, y, width, height });

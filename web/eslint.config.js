import eslint from "@eslint/js";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

export default defineConfig(
  globalIgnores(["dist", "test-results", "src/api/schema.d.ts"]),
  eslint.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  jsxA11y.flatConfigs.strict,
  reactHooks.configs.flat["recommended-latest"],
  { languageOptions: { parserOptions: { projectService: true } } },
  {
    rules: {
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/consistent-type-definitions": "off",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // An event handler may start something that goes on by itself.
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
    },
  },
  {
    // A desk never reaches into another desk; ui knows neither the server nor the trade.
    files: ["src/ui/**"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            "**/api/*",
            "**/live/*",
            "**/start/*",
            "**/calltaking/*",
            "**/tablet/*",
            "**/district/*",
            "**/supervision/*",
            "**/authoring/*",
          ],
        },
      ],
    },
  },
  ...["calltaking", "tablet", "district", "supervision", "authoring"].map((desk, _, all) => ({
    files: [`src/${desk}/**`],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: all.filter((other) => other !== desk).map((other) => `**/${other}/*`) },
      ],
    },
  })),
  {
    files: ["**/*.{js,mjs}"],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      globals: { console: "readonly", performance: "readonly", process: "readonly", URL: "readonly" },
    },
  },
  {
    files: ["public/*-worker.js"],
    languageOptions: {
      globals: {
        self: "readonly",
        caches: "readonly",
        fetch: "readonly",
        AbortSignal: "readonly",
        Response: "readonly",
      },
    },
  },
);

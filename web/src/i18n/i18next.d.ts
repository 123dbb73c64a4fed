import "i18next";
import type { api } from "../api/texts";
import type { authoring } from "../authoring/texts";
import type { calltaking } from "../calltaking/texts";
import type { delivery } from "../delivery/texts";
import type { district } from "../district/texts";
import type { signin } from "../signin/texts";
import type { start } from "../start/texts";
import type { supervision } from "../supervision/texts";
import type { tablet } from "../tablet/texts";
import type { ui } from "../ui/texts";

// The keys of t() are checked by the compiler: useTranslation("tablet") knows the tablet's.
declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "ui";
    resources: {
      ui: typeof ui.en;
      api: typeof api.en;
      start: typeof start.en;
      signin: typeof signin.en;
      calltaking: typeof calltaking.en;
      tablet: typeof tablet.en;
      district: typeof district.en;
      supervision: typeof supervision.en;
      authoring: typeof authoring.en;
      delivery: typeof delivery.en;
    };
  }
}

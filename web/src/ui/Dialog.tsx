import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { IconButton } from "./Button";

/**
 * A question that must be settled before going on; few things are. Escape and
 * the veil close it, and the focus goes back to where it was.
 */
export function Dialog({
  title,
  isOpen,
  onClose,
  danger = false,
  actions,
  children,
}: {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  danger?: boolean;
  /** The buttons below, the main one first. */
  actions?: ReactNode;
  children: ReactNode;
}) {
  const { t } = useTranslation("ui");
  return (
    <ModalOverlay
      className="veil"
      isOpen={isOpen}
      isDismissable
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Modal className={danger ? "modal modal-danger" : "modal"}>
        <AriaDialog className="dialog" role={danger ? "alertdialog" : "dialog"}>
          <header className="dialog-head">
            <Heading slot="title" className="dialog-title">
              {title}
            </Heading>
            <IconButton icon="close" label={t("close")} slot="close" />
          </header>
          <div className="dialog-body">{children}</div>
          {actions !== undefined && <footer className="dialog-actions">{actions}</footer>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

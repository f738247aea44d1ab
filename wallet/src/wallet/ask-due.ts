import { RondeError } from '../crypto/index.js';
import { goesOn } from '../machine/wallet/missing.js';
import type { Core } from './core.js';
import { drive, isFatal } from './drive.js';

/**
 * Asks for what is due of orders that are certified, but for one that was just sent. What fails is due again, and is no matter of
 * what was done before (WALLET-31).
 */
export async function askDue(core: Core, sent: string | undefined): Promise<void> {
  for (const open of core.state.orders) {
    if (open.certificate === undefined || open.id === sent || !goesOn(core.context, core.state, open)) continue;
    try {
      await drive(core, open.id);
    } catch (error) {
      if (!(error instanceof RondeError)) throw error;
      if (isFatal(error)) return;
    }
  }
}

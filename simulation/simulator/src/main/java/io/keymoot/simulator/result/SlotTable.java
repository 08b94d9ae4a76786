package io.keymoot.simulator.result;

import java.util.List;

/**
 * Who holds what in the slot table, as the best informed peer saw it at the end.
 *
 * @param radix symbols in each of the 32 positions
 * @param slots 32 × radix, by position and then symbol
 */
public record SlotTable(int radix, List<Cell> slots) {

  /**
   * @param members whose address has it
   * @param having its key as of the running epoch
   * @param clean nobody who is out ever held it
   */
  public record Cell(int members, int having, boolean clean) {}
}

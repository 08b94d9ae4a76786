package io.keymoot.simulator.result;

import java.util.List;

/**
 * What a command leaves for programs.
 *
 * @param campaign all its runs together
 * @param runs some of the good ones, and those that broke something, up to twenty each
 */
public record Outcome(Campaign campaign, List<RunResult> runs) {}

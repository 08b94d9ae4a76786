/**
 * Who is there, who holds which slots, what is missing, and whose turn it is.
 *
 * <p>Peers come and go without saying so, lose messages, and owe the group the same duty at once.
 * Each says at a low and constant rate what it knows and holds; from that follows who is alive,
 * what to fetch and from whom; and a duty that all see becomes the moment at which this peer does
 * it. Time is an argument; nothing here waits, sends, signs or logs.
 *
 * <pre>
 * Input ──► Heartbeat.step ──► Effect
 *              │
 *              ├─ BeatClock              when to beat
 *              ├─ HeardTable, Absence    who is there; whose silence is owed a suspension
 *              ├─ Fetching               unknown heads, then parents
 *              ├─ Repeating              this peer's own facts, to all
 *              └─ Duties, RekeyPace      rank → moment, by the lines of the Roster
 * </pre>
 *
 * <p>The life of one step: an input changes what is known, timers in one table move, whatever is
 * due by now fires, and the effects come back in the order in which they are to be done. The
 * module's README.md has the story and a glossary.
 */
@NullMarked
package io.keymoot.heartbeat;

import org.jspecify.annotations.NullMarked;

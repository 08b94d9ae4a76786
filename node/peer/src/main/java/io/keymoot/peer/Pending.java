package io.keymoot.peer;

import io.keymoot.admission.Errand;
import io.keymoot.admission.Question;
import io.keymoot.admission.Ticket;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.MemberId;
import java.util.List;

/**
 * A question to this device's policy, as people see it.
 *
 * @param purpose ADMIT: {@code member} wants in; EXPEL: it wants {@code target} out, or us to help;
 *     FOUNDER and INTRODUCER: this device is let in, by {@code member} or into its group
 * @param device of that member
 * @param shown who that is, by its credential
 * @param target the device to put out; for other purposes the same as {@code device}
 * @param errands whose answers are waited for
 */
public record Pending(
    Ticket ticket,
    Question.Purpose purpose,
    MemberId member,
    Fingerprint device,
    String shown,
    Fingerprint target,
    List<Errand> errands,
    Tick since) {}

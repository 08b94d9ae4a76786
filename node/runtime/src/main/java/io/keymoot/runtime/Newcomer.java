package io.keymoot.runtime;

import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.MemberId;
import java.util.List;

/**
 * Somebody who asks to be let in, while this node's policy waits for others to speak.
 *
 * @param shown its name and who certified it, safe to show
 * @param asks for whom the policy waits: people, members who are to approve, other systems
 */
public record Newcomer(MemberId id, Fingerprint device, String shown, List<String> asks) {}

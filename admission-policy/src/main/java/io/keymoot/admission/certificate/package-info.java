/**
 * Certificates as this project reads them: a narrow profile of X.509, checked by our own code.
 *
 * <p>Start at {@link io.keymoot.admission.certificate.CredentialChecker}, the fixed function that
 * every member computes alike, and at {@link io.keymoot.admission.certificate.Credential}, the
 * bytes it judges. A {@code Certificate} is read strictly by {@code Der}; {@code PathCheck} follows
 * the signatures to an anchor; {@link io.keymoot.admission.certificate.Pattern} says whom a group
 * wants.
 *
 * <p>Why not the platform's own path validation: it always consults the clock unless one moment
 * lies in every certificate's validity, and always the security properties of the JVM ({@code
 * jdk.certpath.disabledAlgorithms} and more), and its answers change from release to release. A
 * member that refuses what the others accept has a different group. So the platform's validation is
 * used in the tests, as a second opinion: what is accepted here, it accepts too.
 */
@NullMarked
package io.keymoot.admission.certificate;

import org.jspecify.annotations.NullMarked;

using System.Net;
using Kiroku.Api;
using Kiroku.Identity.Accounts;

namespace Kiroku.Identity.SigningIn;

/// <summary>
/// Verifies proofs of identity: a password, an application credential's secret, or an existing token.
/// </summary>
internal sealed class Proofs(
    UserStore users, CredentialStore credentials, Passwords passwords, SignInGuard guard, KnownAddresses known)
{
    /// <param name="request">The request for a token.</param>
    /// <param name="former">The user of the token in the request, if it has one.</param>
    /// <param name="address">The caller's address.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    /// <exception cref="Fault">401 with the same message whatever is wrong; 429 after too many failures.</exception>
    public async Task<Proof> CheckAsync(
        AuthRequest request, User? former, IPAddress? address, CancellationToken cancellationToken)
    {
        var proofs = new List<Proof>();
        if (former is not null)
            proofs.Add(new Proof(former, null));
        if (request.User is { } user)
            proofs.Add(new Proof(await CheckPasswordAsync(user, request.Password!, address, cancellationToken), null));
        if (request.Credential is { } credential)
            proofs.Add(await CheckCredentialAsync(credential, address, cancellationToken));
        // All proofs must be of the same user.
        return proofs.DistinctBy(proof => proof.User.Id).Count() == 1 ? proofs[^1] : throw Fault.Unauthorized();
    }

    /// <summary>The user, if the password is right.</summary>
    /// <exception cref="Fault">401 or 429, as in <see cref="CheckAsync"/>.</exception>
    public async Task<User> CheckPasswordAsync(
        Reference reference, string password, IPAddress? address, CancellationToken cancellationToken)
    {
        var user = await FindAsync(reference, cancellationToken);
        // Failures as an unknown user are counted by the given name, so that the answers do not tell which users
        // exist.
        var source = await SourceAsync(user?.Id ?? $"{reference}", user?.Id, address, cancellationToken);
        using (var attempt = await guard.BeginAsync(source, cancellationToken))
        {
            if (!passwords.Verify(user?.PasswordHash, password) || !user!.Enabled)
                throw Fault.Unauthorized();
            attempt.Succeeded();
        }
        await known.RememberAsync(source, user.Id, cancellationToken);
        return user;
    }

    private async Task<Proof> CheckCredentialAsync(
        CredentialProof given, IPAddress? address, CancellationToken cancellationToken)
    {
        var owner = given.User is { } reference ? await FindAsync(reference, cancellationToken) : null;
        var credential = given.Id is { } id ? await credentials.FindAsync(id, cancellationToken)
            : owner is null ? null : await credentials.FindByNameAsync(owner.Id, given.Name!, cancellationToken);
        var source = await SourceAsync(
            credential?.Id ?? $"{given.Id} {given.Name} {given.User}", credential?.UserId, address, cancellationToken);
        using (var attempt = await guard.BeginAsync(source, cancellationToken))
        {
            if (!passwords.Verify(credential?.SecretHash, given.Secret))
                throw Fault.Unauthorized();
            attempt.Succeeded();
        }
        var user = await users.FindAsync(credential!.UserId, cancellationToken) ?? throw Fault.Unauthorized();
        if (user.Enabled)
            await known.RememberAsync(source, user.Id, cancellationToken);
        return new Proof(user, credential);
    }

    private Task<SignInSource> SourceAsync(
        string who, string? userId, IPAddress? address, CancellationToken cancellationToken)
    {
        var source = SignInSource.Of(who, address);
        return known.RecognizeAsync(source, userId ?? source.Who, cancellationToken);
    }

    private async Task<User?> FindAsync(Reference reference, CancellationToken cancellationToken) => reference switch
    {
        { Id: { } id } => await users.FindAsync(id, cancellationToken),
        { Name: { } name } => await users.FindByNameAsync(name, cancellationToken),
        _ => null,
    };
}

/// <summary>The user who was verified, and the application credential if that was the proof.</summary>
internal sealed record Proof(User User, ApplicationCredential? Credential);

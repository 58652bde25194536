using System.Net;
using Kiroku.Api;
using Kiroku.Identity.Accounts;

namespace Kiroku.Identity.SigningIn;

/// <summary>
/// Checks how somebody proves who they are: a password, an application credential's secret, or a token they have.
/// </summary>
internal sealed class Proofs(
    UserStore users, CredentialStore credentials, Passwords passwords, SignInGuard guard, KnownAddresses known)
{
    /// <param name="request">The request for a token.</param>
    /// <param name="former">Whose the token in it is, if there is one.</param>
    /// <param name="address">Where it comes from.</param>
    /// <param name="cancellationToken">Withdraws it.</param>
    /// <exception cref="Fault">
    /// 401, in the same words whatever was wrong; 429, if too much was wrong before.
    /// </exception>
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
        // Several proofs are to be one and the same user's.
        return proofs.DistinctBy(proof => proof.User.Id).Count() == 1 ? proofs[^1] : throw Fault.Unauthorized();
    }

    /// <summary>The user, if that is the password.</summary>
    /// <exception cref="Fault">401 or 429, as above.</exception>
    public async Task<User> CheckPasswordAsync(
        Reference reference, string password, IPAddress? address, CancellationToken cancellationToken)
    {
        var user = await FindAsync(reference, cancellationToken);
        // An unknown user is counted by the name that was given, so that nothing tells one from the other.
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

/// <summary>Who proved to be who they are, and the application credential if that was how.</summary>
internal sealed record Proof(User User, ApplicationCredential? Credential);

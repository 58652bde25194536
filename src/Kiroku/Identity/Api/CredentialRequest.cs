using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Kiroku.Api;
using Kiroku.Identity.Accounts;
using Kiroku.Identity.SigningIn;
using Kiroku.Identity.Tokens;
using static Kiroku.Identity.Api.IdentityBody;

namespace Kiroku.Identity.Api;

/// <summary>The body of a request for an application credential (keystone/application_credential/schema.py).</summary>
internal sealed record CredentialRequest(
    string Name, string Secret, string? Description, DateTime? ExpiresAt, bool Unrestricted, IReadOnlyList<Role> Roles)
{
    private static readonly string[] Wanted = ["name", "secret", "description", "expires_at", "unrestricted", "roles"];

    private static readonly Schema Role = new Schema
    {
        Types = ["object"],
        Properties = new OrderedDictionary<string, Schema> { ["id"] = IdentityBody.Id, ["name"] = IdentityBody.Name },
    };

    private static readonly Schema Body = new Schema
    {
        Types = ["object"],
        Open = true,
        Required = ["name"],
        Properties = new OrderedDictionary<string, Schema>
        {
            ["name"] = IdentityBody.Name,
            ["description"] = Text,
            ["secret"] = Text,
            ["expires_at"] = Text,
            ["roles"] = Schema.ArrayOf(Role),
            ["unrestricted"] = new() { Types = ["boolean", "null"] },
            ["access_rules"] = new() { Types = ["array", "null"] },
        },
    };

    /// <summary>Reads the request. The caller must hold the roles that it names.</summary>
    public static async Task<CredentialRequest> ReadAsync(HttpRequest request, SignIn signIn, DateTime now)
    {
        var body = await IdentityBody.ReadAsync(request, CredentialProof.Method, Body);
        // Ignoring access rules would grant more than was asked for.
        if (body.TryGetProperty("access_rules", out var rules) && rules.ValueKind == JsonValueKind.Array
            && rules.GetArrayLength() > 0)
            throw Fault.BadRequest("Invalid application credential: This cloud does not have access rules");
        var unknown = body.EnumerateObject().Select(property => property.Name).Except(Wanted)
            .Except(["access_rules", "project_id", "user_id"]).FirstOrDefault();
        if (unknown is not null)
            throw Fault.BadRequest($"'{unknown}' is an invalid keyword argument for ApplicationCredentialModel");
        return new CredentialRequest(
            body.GetProperty("name").GetString()!,
            TextOf(body, "secret", null) ?? Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(64)),
            TextOf(body, "description", null), Expiry(TextOf(body, "expires_at", null), now),
            TruthOf(body, "unrestricted", false), RolesIn(body, signIn));
    }

    private static DateTime? Expiry(string? text, DateTime now)
    {
        if (text is null)
            return null;
        if (!IsoTime.TryParse(text, out var time))
            throw Refusal.Malformed("Timestamp not in expected format.");
        return time > now ? time : throw Refusal.Malformed("The 'expires_at' must not be before now.");
    }

    /// <summary>The named roles, which the caller must hold; without names, all roles of the caller.</summary>
    private static Role[] RolesIn(JsonElement body, SignIn signIn)
    {
        var named = body.TryGetProperty("roles", out var roles) ? roles.EnumerateArray().ToArray() : [];
        return named.Length == 0
            ? [.. signIn.Roles]
            : [.. named.Select(role => Held(role, signIn)).DistinctBy(role => role.Id)];
    }

    private static Role Held(JsonElement named, SignIn signIn)
        => signIn.Roles.FirstOrDefault(role => role.Id == TextOf(named, "id", null)
            || (!named.TryGetProperty("id", out _) && role.Name == TextOf(named, "name", null)))
            ?? throw Fault.BadRequest(
                "Invalid application credential: Cannot create an application credential with unassigned role");
}

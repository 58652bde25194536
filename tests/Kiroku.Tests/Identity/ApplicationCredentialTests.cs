using System.Text.Json.Nodes;
using Kiroku.Identity.Accounts;
using Microsoft.Extensions.Time.Testing;
using static Kiroku.Tests.Identity.IdentityDesk;

namespace Kiroku.Tests.Identity;

public sealed class ApplicationCredentialTests : IAsyncLifetime
{
    private readonly FakeTimeProvider time = new(DateTimeOffset.FromUnixTimeSeconds(1_600_000_000));
    private IdentityDesk desk = null!;
    private TestUser ann = null!;

    public async ValueTask InitializeAsync()
    {
        desk = await OpenAsync(builder => builder.Services.AddSingleton<TimeProvider>(time));
        ann = await desk.NewMemberAsync("ann");
    }

    public ValueTask DisposeAsync() => desk.DisposeAsync();

    private string Path => $"/identity/v3/users/{ann.UserId}/application_credentials";

    [Fact]
    public async Task A_credential_is_made_listed_shown_and_deleted_and_its_secret_shown_once()
    {
        var made = await MakeAsync("""{"name":"ci","description":"d","expires_at":"2030-01-01T00:00:00.000000"}""");
        var id = (string)made["id"]!;
        Assert.Equal(86, ((string)made["secret"]!).Length);
        Assert.Equal(("ci", "d", "2030-01-01T00:00:00.000000", ann.ProjectId, false), (
            (string)made["name"]!, (string)made["description"]!, (string)made["expires_at"]!,
            (string)made["project_id"]!, (bool)made["unrestricted"]!));
        Assert.Equal(["member", "reader"], Names(made, "roles"));
        var shown = (await ann.GetJsonAsync($"{Path}/{id}"))["application_credential"]!;
        Assert.Null(shown["secret"]);
        Assert.Equal(["ci"], Names(await ann.GetJsonAsync(Path), "application_credentials"));
        Assert.Empty(Names(await ann.GetJsonAsync($"{Path}?name=other"), "application_credentials"));
        Assert.Equal(204, (await ann.AskAsync("DELETE", $"{Path}/{id}")).Status);
        Assert.Equal(
            $"Could not find Application Credential: {id}.", Message((await ann.AskAsync("GET", $"{Path}/{id}")).Body));
    }

    [Fact]
    public async Task Its_holder_signs_in_by_id_or_by_name_and_user_with_its_roles()
    {
        var made = await MakeAsync("""{"name":"ci","secret":"sss","roles":[{"name":"reader"}]}""");
        foreach (var proof in (JsonObject[])[
            new() { ["id"] = (string)made["id"]!, ["secret"] = "sss" },
            new() { ["name"] = "ci", ["secret"] = "sss", ["user"] = new JsonObject { ["id"] = ann.UserId } },
            new() { ["name"] = "ci", ["secret"] = "sss",
                ["user"] = new JsonObject { ["name"] = "ann", ["domain"] = new JsonObject { ["id"] = "default" } } }])
        {
            using var answer = await desk.App.TrySignInAsync("application_credential", proof, null);
            Assert.Equal(201, (int)answer.StatusCode);
            var token = (await TestApp.JsonAsync(answer))["token"]!;
            Assert.Equal(["reader"], Names(token, "roles"));
            Assert.Equal((ann.ProjectId, "ci", true), (
                (string)token["project"]!["id"]!, (string)token["application_credential"]!["name"]!,
                (bool)token["application_credential"]!["restricted"]!));
        }
    }

    [Theory]
    [InlineData("""{"id":"ID","secret":"wrong"}""", 401)]
    [InlineData("""{"id":"ID"}""", 401)]
    [InlineData("""{"id":"nope","secret":"sss"}""", 401)]
    [InlineData("""{"name":"nope","secret":"sss","user":{"id":"USER"}}""", 401)]
    [InlineData("""{"name":"ci","secret":"sss","user":{"name":"demo","domain":{"id":"default"}}}""", 401)]
    [InlineData("""{"name":"ci","secret":"sss"}""", 400)]
    [InlineData("""{"secret":"sss"}""", 400)]
    public async Task Any_other_proof_is_refused_alike(string proof, int status)
    {
        var made = await MakeAsync("""{"name":"ci","secret":"sss"}""");
        proof = proof.Replace("ID", (string)made["id"]!, StringComparison.Ordinal).Replace(
            "USER", ann.UserId, StringComparison.Ordinal);
        using var answer = await desk.App.TrySignInAsync(
            "application_credential", JsonNode.Parse(proof)!.AsObject(), null);
        Assert.Equal(status, (int)answer.StatusCode);
        if (status == 401)
            Assert.Equal(
                "The request you have made requires authentication.", Message(await TestApp.JsonAsync(answer)));
    }

    [Fact]
    public async Task Its_token_takes_no_scope_makes_no_other_token_and_no_credentials()
    {
        var made = await MakeAsync("""{"name":"ci","secret":"sss"}""");
        using (var scoped = await desk.App.TrySignInAsync(
            "application_credential", Proof(made), TestApp.InProject("anns")))
            Assert.Equal(401, (int)scoped.StatusCode);
        var lent = await SignInAsync(made);
        using (var another = await desk.App.TrySignInAsync(
            "token", new JsonObject { ["id"] = lent.Token }, TestApp.InProject("anns")))
            Assert.Equal(403, (int)another.StatusCode);
        Assert.Equal(403, (await lent.AskAsync("POST", Path, """{"application_credential":{"name":"more"}}""")).Status);
        Assert.Equal(403, (await lent.AskAsync("DELETE", $"{Path}/{(string)made["id"]!}")).Status);
        Assert.Equal(200, (await lent.AskAsync("GET", Path)).Status);
        var free = await SignInAsync(await MakeAsync("""{"name":"free","secret":"sss","unrestricted":true}"""));
        Assert.Equal(201, (await free.AskAsync("POST", Path, """{"application_credential":{"name":"more"}}""")).Status);
    }

    [Fact]
    public async Task Its_tokens_end_with_it_and_with_its_user_project_and_roles()
    {
        var made = await MakeAsync("""{"name":"ci","secret":"sss"}""");
        var lent = await SignInAsync(made);
        Assert.Equal(200, await StatusAsync(lent));
        Assert.Equal(204, (await ann.AskAsync("DELETE", $"{Path}/{(string)made["id"]!}")).Status);
        Assert.Equal(401, await StatusAsync(lent));

        // As in Keystone, removing a role deletes the user's credentials in that project.
        lent = await SignInAsync(await MakeAsync("""{"name":"ci","secret":"sss"}"""));
        await desk.GiveAsync(ann.ProjectId, ann.UserId, "reader");
        Assert.Equal(204,
            (await desk.Admin.AskAsync("DELETE",
                $"/identity/v3/projects/{ann.ProjectId}/users/{ann.UserId}/roles/{Role.Of("member").Id}")).Status);
        Assert.Equal(401, await StatusAsync(lent));
        Assert.Empty(Names(await ann.GetJsonAsync(Path), "application_credentials"));
    }

    [Fact]
    public async Task It_expires_and_its_tokens_with_it()
    {
        var soon = time.GetUtcNow().AddMinutes(10).ToString(
            "yyyy-MM-ddTHH:mm:ss", System.Globalization.CultureInfo.InvariantCulture);
        var made = await MakeAsync("{\"name\":\"ci\",\"secret\":\"sss\",\"expires_at\":\"" + soon + "\"}");
        var lent = await SignInAsync(made);
        time.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal(200, await StatusAsync(lent));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(401, await StatusAsync(lent));
        using var late = await desk.App.TrySignInAsync("application_credential", Proof(made), null);
        Assert.Equal(401, (int)late.StatusCode);
    }

    [Theory]
    [InlineData("""{}""", 400, "'name' is a required property")]
    [InlineData("""{"name":"x","roles":[{"name":"admin"}]}""", 400,
        "Invalid application credential: Cannot create an application credential with unassigned role")]
    [InlineData("""{"name":"x","expires_at":"2001-01-01T00:00:00"}""", 400, "The 'expires_at' must not be before now. "
        + "The server could not comply with the request since it is either malformed or otherwise incorrect. The "
        + "client is assumed to be in error.")]
    [InlineData("""{"name":"x","expires_at":"soon"}""", 400, "Timestamp not in expected format. The server could not "
        + "comply with the request since it is either malformed or otherwise incorrect. The client is assumed to be in "
        + "error.")]
    [InlineData("""{"name":"x","access_rules":[{"path":"/","method":"GET","service":"compute"}]}""", 400,
        "Invalid application credential: This cloud does not have access rules")]
    [InlineData("""{"name":"x","foo":1}""", 400, "'foo' is an invalid keyword argument for ApplicationCredentialModel")]
    [InlineData("""{"name":"taken"}""", 409,
        "Conflict occurred attempting to store application_credential - Duplicate entry found with name taken.")]
    public async Task An_invalid_credential_is_refused_in_Keystones_words(string body, int expected, string message)
    {
        await MakeAsync("""{"name":"taken"}""");
        var (status, answer) = await ann.AskAsync("POST", Path, "{\"application_credential\":" + body + "}");
        Assert.Equal((expected, message), (status, Message(answer)));
        Assert.Equal(["taken"], Names(await ann.GetJsonAsync(Path), "application_credentials"));
    }

    [Fact]
    public async Task Nobody_makes_a_credential_for_another_user_and_only_administrators_see_anothers()
    {
        var made = await MakeAsync("""{"name":"ci"}""");
        var bob = await desk.NewMemberAsync("bob");
        Assert.Equal(
            403, (await desk.Admin.AskAsync("POST", Path, """{"application_credential":{"name":"x"}}""")).Status);
        foreach (var (method, path) in ((string, string)[])[("GET", Path), ("GET", $"{Path}/{(string)made["id"]!}"),
            ("DELETE", $"{Path}/{(string)made["id"]!}"), ("POST", Path)])
            Assert.Equal(403,
                (await bob.AskAsync(
                    method, path, method == "POST" ? """{"application_credential":{"name":"x"}}""" : null)).Status);
        Assert.Equal(404,
            (await bob.AskAsync(
                "GET", $"/identity/v3/users/{bob.UserId}/application_credentials/{(string)made["id"]!}")).Status);
        Assert.Equal(200, (await desk.Admin.AskAsync("GET", Path)).Status);
        Assert.Equal(204, (await desk.Admin.AskAsync("DELETE", $"{Path}/{(string)made["id"]!}")).Status);
    }

    private static JsonObject Proof(JsonNode made)
        => new() { ["id"] = (string)made["id"]!, ["secret"] = (string)made["secret"]! };

    private async Task<JsonNode> MakeAsync(string body)
    {
        var (status, answer) = await ann.AskAsync("POST", Path, "{\"application_credential\":" + body + "}");
        Assert.True(status == 201, answer?.ToJsonString());
        return answer!["application_credential"]!;
    }

    private async Task<TestUser> SignInAsync(JsonNode made)
    {
        using var answer = await desk.App.TrySignInAsync("application_credential", Proof(made), null);
        Assert.Equal(201, (int)answer.StatusCode);
        return await desk.HolderAsync(answer);
    }
}

using static Kiroku.Tests.Identity.IdentityDesk;

namespace Kiroku.Tests.Identity;

public sealed class UsersApiTests : IAsyncLifetime
{
    private IdentityDesk desk = null!;

    public async ValueTask InitializeAsync() => desk = await OpenAsync();

    public ValueTask DisposeAsync() => desk.DisposeAsync();

    [Fact]
    public async Task A_user_is_made_shown_changed_and_deleted_and_no_answer_holds_the_password()
    {
        var (status, body) = await desk.Admin.AskAsync("POST", "/identity/v3/users",
            """{"user":{"name":"ann","password":"pw1pw1","email":"a@b","description":"x"}}""");
        var id = (string)body!["user"]!["id"]!;
        Assert.Equal(201, status);
        Assert.Equal(
            """{"id":"ID","name":"ann","enabled":true,"domain_id":"default","password_expires_at":null,"options":{},"email":"a@b","description":"x","links":{"self":"SELF"}}"""
                .Replace("ID", id, StringComparison.Ordinal).Replace(
                    "SELF", $"{desk.App.Address}identity/v3/users/{id}", StringComparison.Ordinal),
            body["user"]!.ToJsonString(TestApp.Plain));
        (status, body) = await desk.Admin.AskAsync(
            "PATCH", $"/identity/v3/users/{id}", """{"user":{"name":"anna","password":"pw2","email":"c@d"}}""");
        Assert.Equal((200, "anna", "c@d"), (status, (string)body!["user"]!["name"]!, (string)body["user"]!["email"]!));
        Assert.DoesNotContain("pw2", body.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(["anna"], Names(await desk.Admin.GetJsonAsync("/identity/v3/users?name=anna"), "users"));
        using var signIn = await desk.App.TrySignInAsync("anna", "pw2");
        Assert.Equal(201, (int)signIn.StatusCode);
        Assert.Equal(204, (await desk.Admin.AskAsync("DELETE", $"/identity/v3/users/{id}")).Status);
        Assert.Equal($"Could not find user: {id}.",
            Message((await desk.Admin.AskAsync("DELETE", $"/identity/v3/users/{id}")).Body));
    }

    [Theory]
    [InlineData("""{"user":{}}""", 400, "'name' is a required property")]
    [InlineData("""{"user":{"name":"demo"}}""", 409,
        "Conflict occurred attempting to store user - Duplicate entry found with name demo at domain ID default.")]
    [InlineData("""{"user":{"name":"x","password":5}}""", 400,
        "Invalid input for field 'password': 5 is not of type 'string', 'null'")]
    [InlineData("""{"user":{"name":"x","domain_id":"nope"}}""", 404, "Could not find domain: nope.")]
    [InlineData("""{"user":{"name":"x","options":{"foo":true}}}""", 400,
        "Invalid input for field 'options': Additional properties are not allowed ('foo' was unexpected)")]
    public async Task An_invalid_user_is_refused_in_Keystones_words(string body, int expected, string message)
    {
        var (status, answer) = await desk.Admin.AskAsync("POST", "/identity/v3/users", body);
        Assert.Equal((expected, message), (status, Message(answer)));
        Assert.Equal(["admin", "demo"], Names(await desk.Admin.GetJsonAsync("/identity/v3/users"), "users"));
    }

    [Theory]
    [InlineData("""{"user":{}}""", 400, "{} does not have enough properties")]
    [InlineData("""{"user":{"name":"admin"}}""", 409,
        "Conflict occurred attempting to store user - Duplicate entry found with name admin.")]
    [InlineData("""{"user":{"domain_id":"other"}}""", 400, "Cannot change Domain ID")]
    [InlineData("""{"user":{"id":"other"}}""", 400, "Cannot change user ID")]
    public async Task Changing_fixed_attributes_is_refused_in_Keystones_words(string body, int expected, string message)
    {
        var (status, answer) = await desk.Admin.AskAsync(
            "PATCH", $"/identity/v3/users/{await desk.NewUserAsync("ann")}", body);
        Assert.Equal((expected, message), (status, Message(answer)));
    }

    [Fact]
    public async Task A_password_of_ten_megabytes_is_refused_and_leaves_nothing()
    {
        var huge = "{\"user\":{\"name\":\"huge\",\"password\":\"" + new string('x', 10_000_000) + "\"}}";
        Assert.Equal(413, (await desk.Admin.AskAsync("POST", "/identity/v3/users", huge)).Status);
        Assert.Empty(Names(await desk.Admin.GetJsonAsync("/identity/v3/users?name=huge"), "users"));
        using var signIn = await desk.App.Http.PostAsync("/identity/v3/auth/tokens", TestApp.Json(huge));
        Assert.Equal(413, (int)signIn.StatusCode);
    }

    [Fact]
    public async Task A_user_without_password_cannot_sign_in_with_any()
    {
        Assert.Equal(
            201, (await desk.Admin.AskAsync("POST", "/identity/v3/users", """{"user":{"name":"ghost"}}""")).Status);
        foreach (var password in (string[])["", "x"])
        {
            using var answer = await desk.App.TrySignInAsync("ghost", password);
            Assert.Equal(401, (int)answer.StatusCode);
        }
    }

    [Fact]
    public async Task Tokens_of_a_user_who_is_disabled_or_deleted_are_void_from_the_next_request_on()
    {
        var ann = await desk.NewMemberAsync("ann");
        var path = $"/identity/v3/users/{ann.UserId}";
        Assert.Equal(200, (await desk.Admin.AskAsync("PATCH", path, """{"user":{"enabled":false}}""")).Status);
        Assert.Equal(401, await StatusAsync(ann));
        using (var disabled = await desk.App.TrySignInAsync("ann", Password))
            Assert.Equal(401, (int)disabled.StatusCode);
        Assert.Equal(200, (await desk.Admin.AskAsync("PATCH", path, """{"user":{"enabled":true}}""")).Status);
        Assert.Equal(401, await StatusAsync(ann));
        ann = await desk.SignInAsync("ann", "anns");
        Assert.Equal(204, (await desk.Admin.AskAsync("DELETE", path)).Status);
        Assert.Equal(401, await StatusAsync(ann));
        Assert.Empty(
            (await desk.Admin.GetJsonAsync(
                $"/identity/v3/role_assignments?user.id={ann.UserId}"))["role_assignments"]!.AsArray());
    }

    [Fact]
    public async Task Users_change_their_own_password_with_the_old_one()
    {
        var ann = await desk.NewMemberAsync("ann");
        var path = $"/identity/v3/users/{ann.UserId}/password";
        Assert.Equal(401,
            (await ann.AskAsync("POST", path, """{"user":{"original_password":"wrong","password":"x"}}""")).Status);
        Assert.Equal("'original_password' is a required property",
            Message((await ann.AskAsync("POST", path, """{"user":{"password":"x"}}""")).Body));
        Assert.Equal(401,
            (await ann.AskAsync("POST", "/identity/v3/users/nope/password",
                """{"user":{"original_password":"a","password":"x"}}""")).Status);
        Assert.Equal(200, await StatusAsync(ann));
        Assert.Equal(204,
            (await ann.AskAsync(
                "POST", path, "{\"user\":{\"original_password\":\"" + Password + "\",\"password\":\"new\"}}")).Status);
        Assert.Equal(401, await StatusAsync(ann));
        using var old = await desk.App.TrySignInAsync("ann", Password);
        Assert.Equal(401, (int)old.StatusCode);
        using var fresh = await desk.App.TrySignInAsync("ann", "new");
        Assert.Equal(201, (int)fresh.StatusCode);
    }

    [Fact]
    public async Task Of_two_changes_at_once_with_the_same_old_password_one_succeeds()
    {
        var ann = await desk.NewMemberAsync("ann");
        var changes = Enumerable.Range(0, 4).Select(async number => (Number: number, (await ann.AskAsync(
            "POST", $"/identity/v3/users/{ann.UserId}/password",
            "{\"user\":{\"original_password\":\"" + Password + "\",\"password\":\"new" + number + "\"}}")).Status));
        var answers = await Task.WhenAll(changes);
        var won = Assert.Single(answers, answer => answer.Status == 204);
        using var signIn = await desk.App.TrySignInAsync("ann", $"new{won.Number}");
        Assert.Equal(201, (int)signIn.StatusCode);
    }

    [Fact]
    public async Task Without_a_scope_the_default_project_is_taken_where_it_works()
    {
        var ann = await desk.NewMemberAsync("ann");
        Assert.Equal(200,
            (await desk.Admin.AskAsync("PATCH", $"/identity/v3/users/{ann.UserId}",
                "{\"user\":{\"default_project_id\":\"" + ann.ProjectId + "\"}}")).Status);
        using (var usual = await desk.App.TrySignInAsync("ann", Password))
            Assert.Equal(ann.ProjectId, (await desk.HolderAsync(usual)).ProjectId);
        using (var unscoped = await desk.App.TrySignInAsync(
            "ann", Password, new() { ["unscoped"] = new System.Text.Json.Nodes.JsonObject() }))
            Assert.Equal("", (await desk.HolderAsync(unscoped)).ProjectId);
        Assert.Equal(204, (await desk.Admin.AskAsync("DELETE", $"/identity/v3/projects/{ann.ProjectId}")).Status);
        using var gone = await desk.App.TrySignInAsync("ann", Password);
        Assert.Equal((201, ""), ((int)gone.StatusCode, (await desk.HolderAsync(gone)).ProjectId));
    }
}

using System.Text.Json.Nodes;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.CommandLine.ActionCommands;

/// <summary>Who the commands are and where, by files and variables as OpenStack's clients know them.</summary>
public sealed class SignInTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private TestApp App => running.Cloud.App;

    private string AuthUrl => new Uri(App.Address, "/identity").ToString();

    private string Password => App.PasswordOf("demo");

    [Fact]
    public async Task The_services_own_file_is_enough()
    {
        using var desk = Desk.With(App);
        AssertLists(await desk.RunAsync("list"));
        desk.Variables.Clear();
        AssertLists(await desk.RunAsync("list", "--os-cloud", "kiroku"));
        // There are two clouds in it.
        (await desk.RunAsync("list")).Complains("which cloud?");
        (await desk.RunAsync("list", "--os-cloud", "other")).Complains("clouds.yaml has no cloud other");
        Assert.DoesNotContain($"{running.Server}", (await desk.RunAsync(
            "list", "--os-cloud", "kiroku-admin", "--json")).Well().Out, StringComparison.Ordinal);
        Assert.Contains($"{running.Server}", (await desk.RunAsync(
            "list", "--os-cloud", "kiroku-admin", "--json", "--all-projects")).Well().Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Variables_name_users_and_projects_by_name_or_id()
    {
        using var desk = new Desk();
        Set(desk, ("AUTH_URL", AuthUrl), ("USERNAME", "demo"), ("PASSWORD", Password), ("PROJECT_NAME", "demo"));
        AssertLists(await desk.RunAsync("list"));
        Set(desk, ("AUTH_URL", $"{AuthUrl}/v3/"), ("USER_DOMAIN_NAME", "Default"), ("PROJECT_DOMAIN_ID", "default"));
        AssertLists(await desk.RunAsync("list"));
        desk.Variables.Remove("OS_USERNAME");
        desk.Variables.Remove("OS_PROJECT_NAME");
        Set(desk, ("USER_ID", running.Cloud.Demo.UserId), ("PROJECT_ID", running.Cloud.Demo.ProjectId),
            ("REGION_NAME", "RegionOne"), ("INTERFACE", "internal"));
        AssertLists(await desk.RunAsync("list"));
        Set(desk, ("REGION_NAME", "Elsewhere"));
        (await desk.RunAsync("list")).Complains("no internal endpoint of compute in region Elsewhere");
        Set(desk, ("COMPUTE_ENDPOINT_OVERRIDE", new Uri(App.Address, "/v2.1/p").ToString()));
        AssertLists(await desk.RunAsync("list"));
    }

    [Fact]
    public async Task A_token_or_an_application_credential_will_do()
    {
        using var desk = new Desk();
        Set(desk, ("AUTH_URL", AuthUrl), ("AUTH_TYPE", "token"), ("TOKEN", running.Cloud.Demo.Token),
            ("PROJECT_NAME", "demo"));
        AssertLists(await desk.RunAsync("list"));
        using var made = await running.Cloud.Demo.PostAsync(
            $"/identity/v3/users/{running.Cloud.Demo.UserId}/application_credentials",
            """{"application_credential":{"name":"cli"}}""");
        var credential = (await TestApp.JsonAsync(made))["application_credential"]!;
        desk.Variables.Clear();
        Set(desk, ("AUTH_URL", AuthUrl), ("AUTH_TYPE", "v3applicationcredential"),
            ("APPLICATION_CREDENTIAL_ID", (string)credential["id"]!),
            ("APPLICATION_CREDENTIAL_SECRET", (string)credential["secret"]!));
        AssertLists(await desk.RunAsync("list"));
        desk.Variables.Remove("OS_AUTH_TYPE");
        desk.Variables.Remove("OS_APPLICATION_CREDENTIAL_ID");
        Set(desk, ("APPLICATION_CREDENTIAL_NAME", "cli"), ("USERNAME", "demo"));
        AssertLists(await desk.RunAsync("list"));
        Set(desk, ("APPLICATION_CREDENTIAL_SECRET", "wrong"));
        (await desk.RunAsync("list")).Complains("does not sign you in");
    }

    [Theory]
    [InlineData("clouds.yaml")]
    [InlineData("clouds.yml")]
    [InlineData("clouds.json")]
    public async Task Files_may_share_parts_and_leave_the_password_to_another_one(string name)
    {
        using var desk = new Desk();
        desk.Write(name, name == "clouds.json"
            ? new JsonObject
            {
                ["clouds"] = new JsonObject
                {
                    ["one"] = new JsonObject
                    {
                        ["auth"] = new JsonObject
                        {
                            ["auth_url"] = AuthUrl,
                            ["username"] = "demo",
                            ["project_name"] = "demo",
                        },
                    },
                },
            }.ToJsonString()
            : $"""
              common: &common
                auth: &auth
                  auth_url: "{AuthUrl}"
                  username: demo
                  project-name: demo
              clouds:
                one:
                  <<: *common
                  regions: [RegionOne, Other]
              """);
        desk.Write("secure.yaml", $"{{clouds: {{one: {{auth: {{password: \"{Password}\"}}}}}}}}");
        AssertLists(await desk.RunAsync("list"));
        File.Move(Path.Combine(desk.Folder, name), Path.Combine(desk.Folder, "moved"));
        (await desk.RunAsync("list", "--os-cloud", "one")).Complains("there is no clouds.yaml in");
        Set(desk, ("CLIENT_CONFIG_FILE", Path.Combine(desk.Folder, "moved")), ("CLOUD", "one"));
        AssertLists(await desk.RunAsync("list"));
    }

    [Fact]
    public async Task A_profile_of_clouds_public_yaml_is_taken_and_a_strange_one_refused()
    {
        using var desk = new Desk();
        desk.Write("clouds-public.yaml", $"public-clouds: {{here: {{auth: {{auth_url: '{AuthUrl}'}}}}}}");
        desk.Write("clouds.yaml", $$"""
            clouds:
              one: {profile: here, auth: {username: demo, project_name: demo, password: {{Password}} } }
              two: {profile: vexxhost}
            """);
        AssertLists(await desk.RunAsync("list", "--os-cloud", "one"));
        (await desk.RunAsync("list", "--os-cloud", "two")).Complains("names the profile vexxhost");
    }

    [Fact]
    public async Task What_is_wrong_is_said_in_one_line()
    {
        using var desk = new Desk();
        (await desk.RunAsync("list")).Complains("which cloud?");
        Set(desk, ("AUTH_URL", AuthUrl), ("USERNAME", "demo"), ("PASSWORD", "wrong"), ("PROJECT_NAME", "demo"));
        (await desk.RunAsync("list")).Complains(
            $"{AuthUrl} does not sign you in: The request you have made requires authentication.");
        desk.Variables.Remove("OS_PASSWORD");
        (await desk.RunAsync("list")).Complains("password (OS_PASSWORD) is missing, which password needs");
        Set(desk, ("AUTH_TYPE", "v3totp"));
        (await desk.RunAsync("list")).Complains("the environment signs in by v3totp");
        Set(desk, ("AUTH_TYPE", "password"), ("PASSWORD", Password), ("AUTH_URL", "ftp://nowhere"));
        (await desk.RunAsync("list")).Complains("auth_url ftp://nowhere is no http or https address");
        Set(desk, ("AUTH_URL", "http://127.0.0.1:1/identity"));
        (await desk.RunAsync("list")).Complains("http://127.0.0.1:1/identity cannot be reached: Connection refused");
        Set(desk, ("AUTH_URL", App.Address.ToString()));
        (await desk.RunAsync("list")).Complains("does not sign you in: ");
        Set(desk, ("CLIENT_CONFIG_FILE", "/nowhere"), ("CLOUD", "x"));
        (await desk.RunAsync("list")).Complains("OS_CLIENT_CONFIG_FILE names /nowhere, which is no file");
        desk.Variables.Remove("OS_CLIENT_CONFIG_FILE");
        desk.Write("clouds.yaml", "clouds:\n  x: [");
        (await desk.RunAsync("list")).Complains("clouds.yaml, line");
        desk.Write("clouds.yaml", $$$"""clouds: {x: {auth: {auth_url: "{{{AuthUrl}}}"}, cacert: /nowhere.pem}}""");
        (await desk.RunAsync("list")).Complains("its certificates cannot be read");
        desk.Write("clouds.yaml", "clouds: {x: {auth: {username: demo}}}");
        (await desk.RunAsync("list")).Complains("auth_url (OS_AUTH_URL) is missing");
    }

    [Fact]
    public async Task A_service_that_is_no_Kiroku_is_told_from_one()
    {
        using var desk = Desk.With(App);
        desk.Write("clouds.yaml", await File.ReadAllTextAsync(
            Path.Combine(App.DataDirectory, "clouds.yaml"), TestContext.Current.CancellationToken)
                + $"    compute_endpoint_override: {App.Address}image/v2.1\n");
        (await desk.RunAsync("list", "--os-cloud", "kiroku-admin")).Complains("keeps no live record: is it Kiroku?");
    }

    [Theory]
    [InlineData("list", "--limit", "-1")]
    [InlineData("list", "--limit", "x")]
    [InlineData("list", "--nonsense")]
    [InlineData("show")]
    [InlineData("wait", "vm", "--timeout", "-1")]
    [InlineData("cancel", "vm")]
    [InlineData("export")]
    [InlineData("export", "-o", "f", "--format", "xml")]
    public async Task Wrong_words_are_misuse(params string[] args)
    {
        using var desk = Desk.With(App);
        Assert.Equal(2, (await desk.RunAsync(args)).ExitCode);
    }

    [Theory]
    [InlineData("--limit is a whole number from 0 on, and not x", "list", "--limit", "x")]
    [InlineData("at most those of a year, and not abc", "wait", "vm", "--timeout", "abc")]
    [InlineData("at most those of a year, and not NaN", "wait", "vm", "--timeout", "NaN")]
    public async Task A_wrong_number_is_refused_in_words(string says, params string[] args)
    {
        using var desk = Desk.With(App);
        var said = await desk.RunAsync(args);
        Assert.Equal(2, said.ExitCode);
        Assert.Contains(says, said.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", said.Error, StringComparison.Ordinal);
    }

    private static void AssertLists(Said said) => Assert.Contains("vm", said.Well().Out, StringComparison.Ordinal);

    private static void Set(Desk desk, params (string Name, string Value)[] variables)
    {
        foreach (var (name, value) in variables)
            desk.Variables[$"OS_{name}"] = value;
    }
}

using System.Text;
using System.Text.Json;
using Kiroku.Identity.Accounts;
using Kiroku.Identity.Setup;
using Kiroku.Tests.Storage;

namespace Kiroku.Tests.Identity;

public sealed class BootstrapTests : IDisposable
{
    private readonly string data = Directory.CreateTempSubdirectory("kiroku-test-").FullName;

    private string Clouds => Path.Combine(data, "clouds.yaml");

    public void Dispose() => Directory.Delete(data, recursive: true);

    [Fact]
    public async Task A_second_start_keeps_the_passwords_and_writes_its_own_address()
    {
        string password;
        await using (var app = await TestApp.StartAsync(dataDirectory: data))
            password = app.PasswordOf("demo");
        await using var again = await TestApp.StartAsync(dataDirectory: data);
        Assert.Equal(password, again.PasswordOf("demo"));
        await again.SignInAsync("demo");
        await again.SignInAsync("admin", "demo");
        var text = await File.ReadAllTextAsync(Clouds, TestContext.Current.CancellationToken);
        Assert.Contains($"auth_url: {again.Address}identity", text);
    }

    [Fact]
    public async Task Tokens_outlive_a_restart()
    {
        string token;
        await using (var app = await TestApp.StartAsync(dataDirectory: data))
            token = (await app.SignInAsync()).Token;
        await using var again = await TestApp.StartAsync(dataDirectory: data);
        using var answer = await again.SendAsync(HttpMethod.Get, "/v2.1/flavors", token);
        Assert.Equal(200, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Without_its_file_a_start_makes_new_passwords()
    {
        string password, token;
        await using (var app = await TestApp.StartAsync(dataDirectory: data))
            (password, token) = (app.PasswordOf("demo"), (await app.SignInAsync()).Token);
        // In a shared store, another node may have the missing file.
        if (TestStore.IsShared)
            await File.WriteAllTextAsync(Clouds, "", TestContext.Current.CancellationToken);
        else
            File.Delete(Clouds);
        await using var again = await TestApp.StartAsync(dataDirectory: data);
        Assert.NotEqual(password, again.PasswordOf("demo"));
        await again.SignInAsync("demo");
        using var old = await again.SendAsync(HttpMethod.Get, "/v2.1/flavors", token);
        Assert.Equal(401, (int)old.StatusCode);
    }

    [Fact]
    public async Task A_file_that_someone_edited_is_left_alone_and_its_passwords_stay_valid()
    {
        string password;
        await using (var app = await TestApp.StartAsync(dataDirectory: data))
            password = app.PasswordOf("demo");
        await File.AppendAllTextAsync(Clouds, "  mine:\n    cloud: other\n", TestContext.Current.CancellationToken);
        var edited = await File.ReadAllTextAsync(Clouds, TestContext.Current.CancellationToken);
        await using var again = await TestApp.StartAsync(dataDirectory: data);
        Assert.Equal(edited, await File.ReadAllTextAsync(Clouds, TestContext.Current.CancellationToken));
        using var answer = await again.TrySignInAsync("demo", password, TestApp.InProject("demo"));
        Assert.Equal(201, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_changed_password_is_removed_from_the_file_and_the_other_stays()
    {
        string demo;
        await using (var app = await TestApp.StartAsync(dataDirectory: data))
        {
            demo = app.PasswordOf("demo");
            var former = app.PasswordOf("admin");
            await ChangePasswordAsync(app, "admin", former);
            await app.Services.GetRequiredService<CloudsUpkeep>().LookAsync(TestContext.Current.CancellationToken);
            var text = await File.ReadAllTextAsync(Clouds, TestContext.Current.CancellationToken);
            Assert.DoesNotContain(former, text);
            Assert.Contains("      # password: it was changed; write it into a copy of this file\n", text);
        }
        await using var again = await TestApp.StartAsync(dataDirectory: data);
        Assert.Contains($"auth_url: {again.Address}identity",
            await File.ReadAllTextAsync(Clouds, TestContext.Current.CancellationToken));
        Assert.Equal(demo, again.PasswordOf("demo"));
        using var answer = await again.TrySignInAsync("admin", "another one", TestApp.InProject("admin"));
        Assert.Equal(201, (int)answer.StatusCode);
    }

    private static async Task ChangePasswordAsync(TestApp app, string name, string former)
    {
        var user = await app.Services.GetRequiredService<UserStore>().FindByNameAsync(
            name, TestContext.Current.CancellationToken);
        using var body = new StringContent(
            JsonSerializer.Serialize(new { user = new { original_password = former, password = "another one" } }),
            Encoding.UTF8, "application/json");
        using var answer = await app.SendAsync(HttpMethod.Post, $"/identity/v3/users/{user!.Id}/password", null, body);
        Assert.Equal(204, (int)answer.StatusCode);
    }

    [Fact]
    public async Task An_address_of_every_interface_is_written_as_one_that_clients_can_reach()
    {
        await using var app = await TestApp.StartAsync(dataDirectory: data);
        app.Services.GetRequiredService<CloudsFile>().WriteClouds(new Uri("http://[::]:8774"));
        Assert.Contains("auth_url: http://127.0.0.1:8774/identity",
            await File.ReadAllTextAsync(Clouds, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_file_that_an_older_version_wrote_is_written_anew_with_its_passwords()
    {
        string password;
        await using (var app = await TestApp.StartAsync(dataDirectory: data))
            password = app.PasswordOf("demo");
        const string Newer = "    floating_ip_source: none\n";
        var text = await File.ReadAllTextAsync(Clouds, TestContext.Current.CancellationToken);
        Assert.Equal(3, text.Split(Newer).Length);
        await File.WriteAllTextAsync(
            Clouds, text.Replace(Newer, "", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        await using var again = await TestApp.StartAsync(dataDirectory: data);
        Assert.Equal(password, again.PasswordOf("demo"));
        Assert.Contains(Newer, await File.ReadAllTextAsync(Clouds, TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_with_secrets_are_closed_to_others()
    {
        Assert.SkipWhen(TestStore.IsShared, "there is no file to be closed");
        await using var app = await TestApp.StartAsync(dataDirectory: data);
        await app.SignInAsync();
        const UnixFileMode Others = (UnixFileMode)0b111_111;
        string[] files = [Clouds, Path.Combine(data, "kiroku.db"), Path.Combine(data, "kiroku.db-wal")];
        Assert.All(files, file => Assert.Equal(0, (int)(File.GetUnixFileMode(file) & Others)));
    }
}

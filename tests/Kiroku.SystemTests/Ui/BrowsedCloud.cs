using Kiroku.Tests.Servers;

namespace Kiroku.SystemTests.Ui;

/// <summary>A running cloud and one browser, for the tests of several classes, one after the other.</summary>
public sealed class BrowsedCloud : IAsyncLifetime
{
    private Browser? browser;

    internal RunningCloud Running { get; } = new();

    internal Cloud Cloud => Running.Cloud;

    public ValueTask InitializeAsync() => Running.InitializeAsync();

    /// <summary>The browser, as if it were new.</summary>
    internal Browser Open()
    {
        browser ??= Browser.Open(Cloud.App.Address);
        browser.Forget();
        return browser;
    }

    /// <summary>The browser, as if it were new, in which somebody has signed in.</summary>
    internal async Task<Browser> SignInAsync(string user = "demo", string? project = null)
    {
        var opened = Open();
        await opened.SignInAsync(user, PasswordOf(user), project ?? user);
        return opened;
    }

    /// <summary>Users who were added have demo's password.</summary>
    internal string PasswordOf(string user) => Cloud.App.PasswordOf(user == "admin" ? user : "demo");

    public async ValueTask DisposeAsync()
    {
        browser?.Dispose();
        await Running.DisposeAsync();
    }
}

/// <summary>The classes that share a cloud and a browser.</summary>
[CollectionDefinition]
public sealed class InOneBrowser : ICollectionFixture<BrowsedCloud>;

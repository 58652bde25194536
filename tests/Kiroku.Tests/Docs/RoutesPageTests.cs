namespace Kiroku.Tests.Docs;

public sealed class RoutesPageTests
{
    [Fact]
    public async Task The_page_has_the_routes_of_the_service()
    {
        await using var app = await TestApp.StartAsync();

        Assert.All(RouteTable.Apis, api => RouteTable.Part(api).Settle(RouteTable.Lines(api, app.Services)));
    }

    [Fact]
    public void Every_route_is_described()
        => Assert.All(
            RouteTable.Apis,
            api => Assert.DoesNotContain($"| {GeneratedPart.Undescribed} |", RouteTable.Part(api).Text));
}

using Microsoft.AspNetCore.Routing.Matching;

namespace Kiroku.Api;

/// <summary>
/// The project's id in a compute path: whatever is not a word of another path at this place, such as "servers". Nova
/// asks for hexadecimal digits there. Without this the router prepares for projects of all these names: its table had
/// tens of thousands of states, and the first request left 35 MB.
/// </summary>
internal sealed class ProjectSegment : IRouteConstraint, IParameterLiteralNodeMatchingPolicy
{
    public bool Match(
        HttpContext? httpContext, IRouter? route, string routeKey, RouteValueDictionary values,
        RouteDirection routeDirection) => true;

    public bool MatchesLiteral(string parameterName, string literal) => false;
}

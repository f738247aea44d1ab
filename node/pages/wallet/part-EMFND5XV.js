import{fb as t}from"./part-DLMCVXWU.js";async function r(n,e){let{json:o}=await n.call({method:"GET",base:e,path:"/v1/status"});return BigInt(new t(o).integer("now_ms"))/1000n}export{r as a};

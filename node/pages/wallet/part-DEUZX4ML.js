import{b as o,d as e}from"./part-W6SDGL2X.js";import"./part-PGG7UB5O.js";import"./part-MPI7FNZY.js";export{e as followBaskets,o as takeClaimed};
